import { Anchor, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Words } from "../../../components/Words";
import { fullName, logsPath } from "../paths";
import type { JobDetail } from "../queries";
import classes from "./FailureCard.module.css";
import type { Fault } from "./failures";

/** One cause with its evidence, its remedy and the way to its log. */
export function FaultView({ job, fault }: { job: JobDetail; fault: Fault }) {
  const { t } = useTranslation();
  const { diagnosis, task, exitCode, hasLog, rule } = fault;
  const evidence = diagnosis?.evidence ?? [];
  return (
    <Stack gap="sm">
      <Text fw={600} dir="auto">
        {diagnosis ? <Words text={diagnosis.message} /> : t("job.failure.unknown")}
      </Text>
      <Text size="sm" c="dimmed" dir="auto">
        {task && t("job.failure.where", { ...task, task: `${task.role}[${task.index}]` })}
        {exitCode !== null && ` ${t("job.failure.exitCode", { code: exitCode })}`}
        {rule && ` ${rule}`}
      </Text>
      {evidence.length > 0 && <Evidence lines={evidence} />}
      {diagnosis?.fix && (
        <Text dir="auto">
          <Text span fw={600}>
            {t("job.failure.fix")}
          </Text>{" "}
          <Words text={diagnosis.fix} />
        </Text>
      )}
      {task && hasLog && (
        <Anchor component={Link} to={logsPath(fullName(job), task)}>
          {t("job.failure.log")}
        </Anchor>
      )}
    </Stack>
  );
}

function Evidence({ lines }: { lines: string[] }) {
  const { t } = useTranslation();
  return (
    <figure className={classes.evidence} aria-label={t("job.failure.evidence")}>
      {numbered(lines).map(({ key, line }) => (
        <div key={key}>{line || "\u00a0"}</div>
      ))}
    </figure>
  );
}

function numbered(lines: string[]) {
  return lines.map((line, place) => ({ key: `${place} ${line}`, line }));
}
