import { Anchor } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFormat } from "../../components/format";
import { Moment } from "../../components/Moment";
import { Span } from "../../components/Span";
import { Facts } from "./Facts";
import { placesOf } from "./places";
import { tasksOf } from "./pulls";
import type { JobDetail } from "./queries";

/** Whose it is, where it belongs, its times and its size. */
export function JobFacts({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { username, virtualCluster, submissionTime, launchedTime, completedTime } = job.jobStatus;
  const tasks = tasksOf(job);
  const gpus = placesOf(job).reduce((sum, place) => sum + place.gpus.length, 0);
  return (
    <Facts
      facts={[
        {
          name: t("job.field.user"),
          value: (
            <Anchor component={Link} to={`/jobs?username=${encodeURIComponent(username)}`}>
              {username}
            </Anchor>
          ),
        },
        { name: t("job.field.virtualCluster"), value: virtualCluster },
        { name: t("job.field.submitted"), value: <Moment time={submissionTime} /> },
        { name: t("job.field.started"), value: launchedTime && <Moment time={launchedTime} /> },
        { name: t("job.field.ended"), value: completedTime && <Moment time={completedTime} /> },
        {
          name: t("job.field.duration"),
          value: launchedTime && <Span from={launchedTime} to={completedTime} />,
        },
        { name: t("job.field.tasks"), value: format.number(tasks.length) },
        { name: t("job.field.gpus"), value: gpus > 0 ? format.number(gpus) : null },
      ]}
    />
  );
}
