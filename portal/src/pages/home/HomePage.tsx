import { Button, Grid } from "@mantine/core";
import { Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Page } from "../../components/Page";
import { FreeCells } from "./FreeCells";
import { MyJobs } from "./MyJobs";
import { RecentJobs } from "./RecentJobs";

/** What one wants to know first: how one's own jobs are, and what is free. */
export function HomePage() {
  const { t } = useTranslation();
  return (
    <Page
      title={t("home.title")}
      actions={
        <Button component={Link} to="/submit" leftSection={<Play size={16} aria-hidden />}>
          {t("shell.page.submit")}
        </Button>
      }
    >
      <MyJobs />
      <Grid>
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <RecentJobs />
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <FreeCells />
        </Grid.Col>
      </Grid>
    </Page>
  );
}
