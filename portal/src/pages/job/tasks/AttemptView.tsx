import { Anchor, Code, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { CopyButton } from "../../../components/CopyButton";
import { useFormat } from "../../../components/format";
import { ranges } from "../../../components/ranges";
import { StateBadge } from "../../../components/StateBadge";
import { Words } from "../../../components/Words";
import { Facts } from "../Facts";
import { gpuIndices } from "../gpus";
import { logsPath } from "../paths";
import type { TaskAttempt } from "../queries";
import { sshCommand, tensorBoard } from "./connect";

interface Props {
  /** `user~name`. */
  job: string;
  attempt: TaskAttempt;
  where: { role: string; index: number; jobAttempt: number };
  /** Whether an SSH server runs beside it. */
  ssh: boolean;
  /** The task has no other attempt: it need not be numbered. */
  alone?: boolean;
}

/** One attempt of a task with all that is known of it. */
export function AttemptView({ job, attempt, where, ssh, alone = false }: Props) {
  const { t } = useTranslation();
  const command = ssh ? sshCommand(attempt) : null;
  const board = tensorBoard(attempt);
  const failed = attempt.attemptState === "FAILED";
  return (
    <Stack gap="xs">
      <Group gap="sm">
        {!alone && (
          <>
            <Text fw={600} size="sm">
              {t("job.tasks.attempt", { attempt: attempt.attemptId })}
            </Text>
            <StateBadge state={attempt.attemptState} />
          </>
        )}
        {attempt.currentAttemptLaunchedTime !== null && (
          <Anchor component={Link} size="sm" to={logsPath(job, { ...where, taskAttempt: attempt.attemptId })}>
            {t("job.failure.log")}
          </Anchor>
        )}
      </Group>
      {attempt.diagnosis && (
        <div>
          <Text size="sm" fw={failed ? 600 : 400} dir="auto">
            <Words text={attempt.diagnosis.message} />
          </Text>
          {failed && attempt.diagnosis.fix && (
            <Text size="sm" dir="auto">
              <Words text={attempt.diagnosis.fix} />
            </Text>
          )}
        </div>
      )}
      <AttemptFacts attempt={attempt} />
      {board && (
        <Text size="sm">
          {t("job.tasks.board")}{" "}
          <Anchor href={board} target="_blank" rel="noreferrer">
            {board}
          </Anchor>
        </Text>
      )}
      {command && (
        <Group gap="xs">
          <Text size="sm">{t("job.tasks.ssh")}</Text>
          <Code>{command}</Code>
          <CopyButton text={command}>{t("common.copy")}</CopyButton>
        </Group>
      )}
    </Stack>
  );
}

function AttemptFacts({ attempt }: { attempt: TaskAttempt }) {
  const { t } = useTranslation();
  const format = useFormat();
  const gpus = gpuIndices(attempt.containerGpus);
  const ports = Object.entries(attempt.containerPorts).map(([name, numbers]) => `${name} ${numbers}`);
  const moment = (time: number | null) => time && format.moment(time);
  const span = (length: number | null) => (length === null ? null : format.span(length));
  return (
    <Facts
      facts={[
        { name: t("job.tasks.column.node"), value: attempt.containerNodeName },
        { name: t("job.tasks.address"), value: attempt.containerIp },
        { name: t("job.tasks.ports"), value: ports.length > 0 ? ports.join(" · ") : null },
        {
          name: t("job.tasks.column.gpus"),
          value:
            gpus.length > 0
              ? `${ranges(gpus)}${attempt.fakeGpus ? ` (${t("job.where.described")})` : ""}`
              : null,
        },
        { name: t("job.field.started"), value: moment(attempt.currentAttemptLaunchedTime) },
        { name: t("job.field.ended"), value: moment(attempt.currentAttemptCompletedTime) },
        { name: t("job.tasks.column.exit"), value: attempt.containerExitCode },
        { name: t("job.times.waited"), value: span(attempt.waitedMs) },
        { name: t("job.times.pulled"), value: span(attempt.pulledMs) },
        { name: t("job.times.started"), value: span(attempt.startedMs) },
        { name: t("job.times.ran"), value: span(attempt.ranMs) },
        {
          name: t("job.tasks.gpuIds"),
          value: attempt.gpuUuids.length > 0 ? attempt.gpuUuids.join(", ") : null,
        },
      ]}
    />
  );
}
