import { Anchor, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Page } from "../../components/Page";

/** Stands for a job that never was, or is not there any more. */
export function NoJob({ job }: { job: string }) {
  const { t } = useTranslation();
  const [user = "", ...name] = job.split("~");
  return (
    <Page title={t("job.none.title")}>
      <Text dir="auto">{t("job.none.text", { user, name: name.join("~") })}</Text>
      <Anchor component={Link} to={`/jobs?username=${encodeURIComponent(user)}`}>
        {t("job.none.all", { user })}
      </Anchor>
    </Page>
  );
}
