import { Button } from "@mantine/core";
import { Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useLocation } from "react-router";
import { useSession } from "../../app/session";
import { CopyButton } from "../../components/CopyButton";
import { Page } from "../../components/Page";
import { all, writeView } from "./address";
import { JobList } from "./JobList";

/** All jobs, to be looked through. Without anything in the address one's own. */
export function JobsPage() {
  const { t } = useTranslation();
  const { username } = useSession();
  const { pathname, search } = useLocation();
  if (search === "")
    return <Navigate replace to={{ search: writeView({ ...all, usernames: [username] }) }} />;
  return (
    <Page
      title={t("shell.page.jobs")}
      actions={
        <>
          <CopyButton text={location.origin + pathname + search} size="sm">
            {t("jobs.copy")}
          </CopyButton>
          <Button component={Link} to="/submit" leftSection={<Play size={16} aria-hidden />}>
            {t("shell.page.submit")}
          </Button>
        </>
      }
    >
      <JobList />
    </Page>
  );
}
