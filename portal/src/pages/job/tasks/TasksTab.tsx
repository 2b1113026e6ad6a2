import { Group, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Loaded } from "../../../components/Loaded";
import { isState, states } from "../../../components/StateBadge";
import { fullName } from "../paths";
import { tasksOf } from "../pulls";
import { type JobDetail, pastAttempt } from "../queries";
import { TaskTable } from "./TaskTable";

/** The tasks of an attempt of the job, by role. Which attempt and which states stands in the address. */
export function TasksTab({ job }: { job: JobDetail }) {
  const current = job.jobStatus.attemptId;
  const [search] = useSearchParams();
  const asked = Number(search.get("jobAttempt") ?? current);
  const attempt = Number.isInteger(asked) && asked >= 0 && asked <= current ? asked : current;
  const past = useQuery({ ...pastAttempt(fullName(job), attempt), enabled: attempt !== current });
  return (
    <Stack>
      {attempt === current ? (
        <TasksOfAttempt job={job} current={current} />
      ) : (
        <Loaded query={past} lines={6}>
          {(shown) => <TasksOfAttempt job={shown} current={current} />}
        </Loaded>
      )}
    </Stack>
  );
}

/** `current` is the job's latest attempt, `job` shows the one that was chosen. */
function TasksOfAttempt({ job, current }: { job: JobDetail; current: number }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const wanted = search.get("state");
  const set = (name: string, value: string | null) =>
    setSearch(
      (before) => {
        if (value === null) before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: true },
    );
  const counts = new Map<string, number>();
  for (const task of tasksOf(job)) counts.set(task.taskState, (counts.get(task.taskState) ?? 0) + 1);
  return (
    <>
      <Group gap="sm" align="end">
        {current > 0 && (
          <Select
            label={t("job.tasks.jobAttempt")}
            w={200}
            value={String(job.jobStatus.attemptId)}
            data={attemptsDown(current).map((attempt) => ({
              value: String(attempt),
              label:
                attempt === current
                  ? t("job.tasks.latest", { attempt })
                  : t("job.tasks.attempt", { attempt }),
            }))}
            allowDeselect={false}
            onChange={(value) => set("jobAttempt", value)}
          />
        )}
        <Select
          label={t("job.tasks.state")}
          placeholder={t("job.tasks.anyState")}
          w={220}
          clearable
          clearButtonProps={{ "aria-label": t("job.tasks.anyState") }}
          value={wanted && isState(wanted) ? wanted : null}
          data={states
            .filter((state) => counts.has(state) || state === wanted)
            .map((state) => ({ value: state, label: `${t(`state.${state}`)} (${counts.get(state) ?? 0})` }))}
          onChange={(value) => set("state", value)}
        />
      </Group>
      {tasksOf(job).length === 0 ? (
        <Text>{t("job.tasks.none")}</Text>
      ) : (
        <TaskTable job={job} state={wanted && isState(wanted) ? wanted : null} />
      )}
    </>
  );
}

function attemptsDown(current: number): number[] {
  return Array.from({ length: current + 1 }, (_, place) => current - place);
}
