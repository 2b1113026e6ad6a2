import { Text, UnstyledButton } from "@mantine/core";
import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Span } from "../../../components/Span";
import { StateBadge } from "../../../components/StateBadge";
import { Words } from "../../../components/Words";
import { gpuIndices, ranges } from "../gpus";
import type { JobDetail, Task } from "../queries";
import { TaskDetails } from "./TaskDetails";
import classes from "./TaskTable.module.css";

interface Props {
  job: JobDetail;
  role: string;
  task: Task;
  /** Its place in the whole table, for who cannot see it. */
  place: number;
  columns: number;
  opened: boolean;
  onToggle: () => void;
}

/** A task in a line; opened, all its attempts below it. */
export function TaskRow({ job, role, task, place, columns, opened, onToggle }: Props) {
  const { t } = useTranslation();
  const gpus = gpuIndices(task.containerGpus);
  return (
    <>
      <tr aria-rowindex={place} data-task={`${role}[${task.taskIndex}]`}>
        <td>
          <UnstyledButton
            className={classes.toggle}
            aria-expanded={opened}
            aria-label={t("job.tasks.details", { task: `${role}[${task.taskIndex}]` })}
            onClick={onToggle}
          >
            <ChevronRight size={15} aria-hidden className={classes.arrow} />
            <Text span size="sm" dir="auto">{`${role}[${task.taskIndex}]`}</Text>
          </UnstyledButton>
          {task.retries > 0 && (
            <Text size="xs" c="dimmed">
              {t("job.tasks.retries", { count: task.retries })}
            </Text>
          )}
        </td>
        <td>
          <StateBadge state={task.taskState} />
        </td>
        <td>
          {task.containerNodeName ?? "–"}
          {task.containerIp && (
            <Text size="xs" c="dimmed">
              {task.containerIp}
            </Text>
          )}
        </td>
        <td>{gpus.length > 0 ? ranges(gpus) : "–"}</td>
        <td>
          {task.containerExitCode ?? "–"}
          {task.diagnosis && task.taskState === "FAILED" && (
            <Text size="xs" c="dimmed" lineClamp={2} dir="auto">
              <Words text={task.diagnosis.message} />
            </Text>
          )}
        </td>
        <td>
          <Span from={task.currentAttemptLaunchedTime} to={task.currentAttemptCompletedTime} />
        </td>
      </tr>
      {opened && (
        <tr>
          <td colSpan={columns} className={classes.details}>
            <TaskDetails job={job} role={role} task={task} />
          </td>
        </tr>
      )}
    </>
  );
}
