import { Group, Select } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { states } from "../../../components/StateBadge";
import type { Task } from "../queries";

interface Props {
  /** The job's latest attempt. */
  current: number;
  attempt: number;
  onAttempt: (attempt: number) => void;
  /** All tasks of the attempt, of which the states are told with their numbers. */
  tasks: Task[];
  state: string | null;
  onState: (state: string | null) => void;
}

/** The choice of the attempt, where the job has several, and of the tasks by their state. */
export function TaskFilters({ current, attempt, onAttempt, tasks, state, onState }: Props) {
  const { t } = useTranslation();
  const attempts = Array.from({ length: current + 1 }, (_, place) => current - place);
  const counts = new Map<string, number>();
  for (const task of tasks) counts.set(task.taskState, (counts.get(task.taskState) ?? 0) + 1);
  return (
    <Group gap="sm" align="end">
      {current > 0 && (
        <Select
          label={t("job.tasks.jobAttempt")}
          w={200}
          value={String(attempt)}
          data={attempts.map((each) => ({
            value: String(each),
            label:
              each === current
                ? t("job.tasks.latest", { attempt: each })
                : t("job.tasks.attempt", { attempt: each }),
          }))}
          allowDeselect={false}
          onChange={(value) => onAttempt(Number(value))}
        />
      )}
      <Select
        label={t("job.tasks.state")}
        placeholder={t("job.tasks.anyState")}
        w={220}
        clearable
        clearButtonProps={{ "aria-label": t("job.tasks.anyState") }}
        value={state}
        data={states
          .filter((each) => counts.has(each) || each === state)
          .map((each) => ({ value: each, label: `${t(`state.${each}`)} (${counts.get(each) ?? 0})` }))}
        onChange={onState}
      />
    </Group>
  );
}
