import { Divider, List, Stack, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Loaded } from "../../../components/Loaded";
import { Moment } from "../../../components/Moment";
import { Section } from "../../../components/Section";
import { Words } from "../../../components/Words";
import type { Explanation, JobDetail, JobExplanation, Told } from "../queries";
import { JobNames } from "./JobNames";
import { Rooms } from "./Rooms";

/** Why the job waits: each reason with its remedy, its place in the queue, the room there is, and what would start it. */
export function WaitingCard({ job, query }: { job: JobDetail; query: UseQueryResult<JobExplanation> }) {
  const { t } = useTranslation();
  const now = query.data?.now ?? null;
  const since = now && sinceWhen(now, query.data?.history ?? []);
  return (
    <Section title={job.jobStatus.state === "WAITING" ? t("job.waiting.title") : t("job.waiting.partly")}>
      <Stack gap="md">
        {since && (
          <Text size="sm" c="dimmed">
            {t("job.waiting.since")} <Moment time={since} />
          </Text>
        )}
        <WhyItWaits reasons={reasonsOf(job, now)} now={now} />
        {/* Until the numbers are there, or why they cannot be had. */}
        <Loaded query={query} lines={6}>
          {() => null}
        </Loaded>
      </Stack>
    </Section>
  );
}

/** The same of any job, one that is not submitted yet too. */
export function WhyItWaits({ reasons, now }: { reasons: Told[]; now: Explanation | null }) {
  return (
    <>
      {reasons.map((reason) => (
        <Reason key={reason.message} reason={reason} />
      ))}
      {now && <Queue queue={now.queue} />}
      {now && now.changes.length > 0 && <Changes changes={now.changes} />}
      {now && now.rooms.length > 0 && (
        <>
          <Divider />
          <Rooms rooms={now.rooms} />
        </>
      )}
    </>
  );
}

/** Since when it waits for what it waits for now. */
function sinceWhen(now: Explanation, history: JobExplanation["history"]): number | null {
  const last = history.at(-1);
  return last?.reason.message === now.reason?.message ? (last?.since ?? null) : null;
}

/** All reasons, each once. */
function reasonsOf(job: JobDetail, now: Explanation | null): Told[] {
  const all = [...job.jobStatus.waits, ...(now?.reason ? [now.reason] : [])];
  return [...new Map(all.map((reason) => [reason.message, reason])).values()];
}

function Reason({ reason }: { reason: Told }) {
  return (
    <div>
      <Text fw={600} dir="auto">
        <Words text={reason.message} />
      </Text>
      {reason.fix && (
        <Text size="sm" c="dimmed" dir="auto">
          <Words text={reason.fix} />
        </Text>
      )}
    </div>
  );
}

function Queue({ queue }: { queue: Explanation["queue"] }) {
  const { t } = useTranslation();
  return (
    <Text size="sm" dir="auto">
      {t("job.waiting.place", { ...queue, count: queue.waiting })}{" "}
      {queue.ahead.length > 0 && (
        <>
          {t("job.waiting.ahead")} <JobNames names={queue.ahead} />
          {queue.place - 1 > queue.ahead.length &&
            ` ${t("job.waiting.aheadMore", { count: queue.place - 1 - queue.ahead.length })}`}
        </>
      )}
    </Text>
  );
}

function Changes({ changes }: { changes: Explanation["changes"] }) {
  const { t } = useTranslation();
  return (
    <div>
      <Text size="sm" fw={600}>
        {t("job.waiting.changes")}
      </Text>
      <List size="sm" mt={4} withPadding={false}>
        {changes.map((change) => (
          <List.Item key={change.message}>
            <span dir="auto">
              <Words text={change.message} /> {change.fix && <Words text={change.fix} />}
            </span>
            {change.victims.length > 0 && (
              <Text size="sm" c="var(--mantine-color-error)" dir="auto">
                {t("job.waiting.victims")} <JobNames names={change.victims} />
              </Text>
            )}
          </List.Item>
        ))}
      </List>
    </div>
  );
}
