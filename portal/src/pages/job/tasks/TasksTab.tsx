import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Loaded } from "../../../components/Loaded";
import { isState } from "../../../components/StateBadge";
import { fullName } from "../paths";
import { tasksOf } from "../pulls";
import { type JobDetail, pastAttempt } from "../queries";
import { TaskFilters } from "./TaskFilters";
import { TaskTable } from "./TaskTable";

/** The tasks of an attempt of the job, by role. Which attempt and which states stands in the address. */
export function TasksTab({ job }: { job: JobDetail }) {
  const current = job.jobStatus.attemptId;
  const [search, setSearch] = useSearchParams();
  const attempt = attemptOf(search.get("jobAttempt"), current);
  const asked = search.get("state");
  const state = asked !== null && isState(asked) ? asked : null;
  const past = useQuery({ ...pastAttempt(fullName(job), attempt), enabled: attempt !== current });
  const shown = attempt === current ? job : past.data;

  const set = (name: string, value: string | null) =>
    setSearch(
      (before) => {
        if (value === null) before.delete(name);
        else before.set(name, value);
        return before;
      },
      { replace: true },
    );

  return (
    <Stack>
      <TaskFilters
        current={current}
        attempt={attempt}
        onAttempt={(chosen) => set("jobAttempt", chosen === current ? null : String(chosen))}
        tasks={shown ? tasksOf(shown) : []}
        state={state}
        onState={(chosen) => set("state", chosen)}
      />
      {shown ? (
        <TasksOrNone job={shown} state={state} />
      ) : (
        <Loaded query={past} lines={6}>
          {() => null}
        </Loaded>
      )}
    </Stack>
  );
}

function TasksOrNone({ job, state }: { job: JobDetail; state: string | null }) {
  const { t } = useTranslation();
  const some = tasksOf(job).some((task) => state === null || task.taskState === state);
  return some ? <TaskTable job={job} state={state} /> : <Text>{t("job.tasks.none")}</Text>;
}

/** The attempt that the address asks for; the latest where it asks for none that there is. */
function attemptOf(asked: string | null, current: number): number {
  const attempt = asked === null || asked === "" ? Number.NaN : Number(asked);
  return Number.isInteger(attempt) && attempt >= 0 && attempt <= current ? attempt : current;
}
