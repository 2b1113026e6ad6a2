import { UnstyledButton } from "@mantine/core";
import { ChevronRight } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { ranges } from "../../../components/ranges";
import { Span } from "../../../components/Span";
import { StateBadge } from "../../../components/StateBadge";
import { Words } from "../../../components/Words";
import { gpuIndices } from "../gpus";
import type { Task } from "../queries";
import { TaskDetails } from "./TaskDetails";
import classes from "./TaskTable.module.css";

interface Props {
  /** `user~name`. */
  job: string;
  jobAttempt: number;
  role: string;
  task: Task;
  /** What the table calls it. */
  name: string;
  /** Its place in the whole table, for who cannot see it. */
  place: number;
  columns: number;
  opened: boolean;
  onToggle: (name: string) => void;
}

/** A task in a line; opened, all its attempts below it. It is drawn anew only when it has changed. */
export const TaskRow = memo(function TaskRow(props: Props) {
  const { job, jobAttempt, role, task, name, place, columns, opened, onToggle } = props;
  const { t } = useTranslation();
  const gpus = gpuIndices(task.containerGpus);
  const shown = `${role}[${task.taskIndex}]`;
  return (
    <>
      <tr aria-rowindex={place} data-task={shown}>
        <td>
          <UnstyledButton
            className={classes.toggle}
            aria-expanded={opened}
            aria-label={t("job.tasks.details", { task: shown })}
            onClick={() => onToggle(name)}
          >
            <ChevronRight size={15} aria-hidden className={classes.arrow} />
            <bdi>{shown}</bdi>
          </UnstyledButton>
          {task.retries > 0 && (
            <div className={classes.more}>{t("job.tasks.retries", { count: task.retries })}</div>
          )}
        </td>
        <td>
          <StateBadge state={task.taskState} />
        </td>
        <td>
          {task.containerNodeName ?? "–"}
          {task.containerIp && <div className={classes.more}>{task.containerIp}</div>}
        </td>
        <td>{gpus.length > 0 ? ranges(gpus) : "–"}</td>
        <td>
          {task.containerExitCode ?? "–"}
          {task.diagnosis && task.taskState === "FAILED" && (
            <div className={classes.more} dir="auto">
              <Words text={task.diagnosis.message} />
            </div>
          )}
        </td>
        <td>
          <Span from={task.currentAttemptLaunchedTime} to={task.currentAttemptCompletedTime} />
        </td>
      </tr>
      {opened && (
        <tr>
          <td colSpan={columns} className={classes.details}>
            <TaskDetails job={job} jobAttempt={jobAttempt} role={role} task={task} />
          </td>
        </tr>
      )}
    </>
  );
});
