import { Alert, Stack } from "@mantine/core";
import { Unplug } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocation, useParams } from "react-router";
import { Refusal } from "../../api/errors";
import { Loaded } from "../../components/Loaded";
import { Page } from "../../components/Page";
import { PageTabs } from "../../components/PageTabs";
import { StateBadge } from "../../components/StateBadge";
import { Actions } from "./actions/Actions";
import { JobFacts } from "./JobFacts";
import { NoJob } from "./NoJob";
import type { JobDetail } from "./queries";
import { tabs } from "./tabs";
import { useJob } from "./useJob";

/** A job: what it is now, what can be done with it, and its parts as tabs. */
export function JobPage() {
  const { job = "", tab } = useParams();
  const { query, cutOff } = useJob(job, tab !== "logs");
  if (query.error instanceof Refusal && query.error.status === 404) return <NoJob job={job} />;
  const detail = query.data;
  return (
    <Page
      title={detail?.name ?? job.slice(job.indexOf("~") + 1)}
      beside={<span aria-live="polite">{detail && <StateBadge state={detail.jobStatus.state} />}</span>}
      actions={detail && <Actions job={detail} />}
    >
      {cutOff && <CutOff />}
      <Loaded query={query} lines={10}>
        {(loaded) => (
          <Stack gap="md">
            <JobFacts job={loaded} />
            <Parts job={loaded} open={tab} />
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Parts({ job, open }: { job: JobDetail; open: string | undefined }) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const base = pathname.split("/").slice(0, 3).join("/");
  const parts = tabs.map(({ name, icon, Panel }) => ({
    name,
    label: t(`job.tab.${name}`),
    icon,
    panel: <Panel job={job} />,
  }));
  return <PageTabs base={base} open={open} tabs={parts} />;
}

/** The shell says when nothing is live; this says that it is this job alone. */
function CutOff() {
  const { t } = useTranslation();
  return (
    <Alert color="orange" icon={<Unplug size={18} aria-hidden />} title={t("shell.notLive.title")}>
      {t("job.cutOff")}
    </Alert>
  );
}
