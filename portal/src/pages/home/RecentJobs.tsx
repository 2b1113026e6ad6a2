import { Anchor, Button, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schemas } from "../../api/client";
import { useSession } from "../../app/session";
import { JobLink } from "../../components/JobLink";
import { Loaded } from "../../components/Loaded";
import { Moment } from "../../components/Moment";
import { Section } from "../../components/Section";
import { Span } from "../../components/Span";
import { StateAndReason } from "../jobs/StateAndReason";
import { recentJobs } from "./queries";
import classes from "./RecentJobs.module.css";

type Item = Schemas["JobItem"];

/** One's newest jobs. */
export function RecentJobs() {
  const { t } = useTranslation();
  const { username } = useSession();
  const query = useQuery(recentJobs(username));
  const all = (
    <Anchor component={Link} to={`/jobs?username=${encodeURIComponent(username)}`} size="sm">
      {t("home.all")}
    </Anchor>
  );
  return (
    <Section title={t("home.recent")} actions={all}>
      <Loaded query={query} lines={6}>
        {(jobs) => (jobs.length > 0 ? <JobTable jobs={jobs} /> : <NoJobs />)}
      </Loaded>
    </Section>
  );
}

function JobTable({ jobs }: { jobs: Item[] }) {
  const { t } = useTranslation();
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th className={classes.name}>{t("job.field.name")}</Table.Th>
            <Table.Th>{t("job.field.state")}</Table.Th>
            <Table.Th>{t("job.field.submitted")}</Table.Th>
            <Table.Th>{t("job.field.duration")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {jobs.map((job) => (
            <Table.Tr key={job.debugId}>
              <Table.Td>
                <JobLink username={job.username} name={job.name} />
                <Text size="xs" c="dimmed" dir="auto">
                  {job.virtualCluster}
                </Text>
              </Table.Td>
              <Table.Td>
                <StateAndReason job={job} />
              </Table.Td>
              <Table.Td className={classes.time}>
                <Moment time={job.submissionTime} />
              </Table.Td>
              <Table.Td className={classes.time}>
                <Span from={job.launchedTime} to={job.completedTime} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function NoJobs() {
  const { t } = useTranslation();
  return (
    <Stack align="flex-start" gap="xs">
      <Text>{t("home.none")}</Text>
      <Button component={Link} to="/submit" variant="light">
        {t("home.first")}
      </Button>
    </Stack>
  );
}
