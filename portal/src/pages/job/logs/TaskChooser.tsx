import { Button, Group, MultiSelect, SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { isState } from "../../../components/StateBadge";
import { type JobDetail, taskHistory } from "../queries";
import { mostLogs, streams, taskLabel } from "./names";
import type { LogTask } from "./tasks";
import type { Selection } from "./useAsked";

const mostListed = 200;

/** Which attempt of the job, which tasks, which attempt of one, and which of the streams. */
export function TaskChooser(props: { job: JobDetail; fullName: string; selection: Selection }) {
  const { t } = useTranslation();
  const { asked, ask, chosen, tasks = [] } = props.selection;
  const choose = (wanted: LogTask[]) => {
    if (wanted.length === 0) return; // there is always one
    ask({ tasks: wanted.map(({ role, index }) => ({ role, index, attempt: null })), line: null });
  };
  return (
    <Group gap="xs" align="flex-end">
      <JobAttempts {...props} />
      <MultiSelect
        size="xs"
        flex="1 1 14rem"
        label={t("logs.tasks")}
        data={tasks.map((task) => taskLabel(task))}
        value={chosen.map((task) => taskLabel(task))}
        onChange={(labels) => choose(tasks.filter((task) => labels.includes(taskLabel(task))))}
        renderOption={({ option }) => {
          const state = tasks.find((task) => taskLabel(task) === option.value)?.state ?? "";
          return `${option.value} · ${isState(state) ? t(`state.${state}`) : state}`;
        }}
        searchable
        maxValues={mostLogs}
        limit={mostListed}
        hidePickedOptions={false}
        nothingFoundMessage={t("logs.noTask")}
        withCheckIcon
      />
      {chosen.length < Math.min(tasks.length, mostLogs) && (
        <Button size="xs" variant="default" onClick={() => choose(tasks.slice(0, mostLogs))}>
          {t("logs.allTasks")}
        </Button>
      )}
      <TaskAttempts {...props} />
      <SegmentedControl
        size="xs"
        aria-label={t("logs.streams")}
        data={streams.map((stream) => ({ value: stream, label: t(`logs.stream.${stream}`) }))}
        value={asked.stream}
        onChange={(value) => ask({ stream: streams.find((stream) => stream === value) ?? "all", line: null })}
      />
    </Group>
  );
}

/** Where the whole job was tried more than once. */
function JobAttempts({ job, selection }: { job: JobDetail; selection: Selection }) {
  const { t } = useTranslation();
  const latest = job.jobStatus.attemptId;
  if (latest === 0 && selection.jobAttempt === 0) return null;
  return (
    <Select
      size="xs"
      w="9rem"
      label={t("logs.jobAttempt")}
      data={numbers(latest).map((value) => ({ value: String(value), label: String(value) }))}
      value={String(selection.jobAttempt)}
      onChange={(value) => {
        const tasks = selection.asked.tasks.map((task) => ({ ...task, attempt: null }));
        selection.ask({ jobAttempt: value === String(latest) ? null : Number(value), tasks, line: null });
      }}
      allowDeselect={false}
    />
  );
}

/** Where the one chosen task was tried more than once. */
function TaskAttempts({ fullName, selection }: { fullName: string; selection: Selection }) {
  const { t } = useTranslation();
  const [task, ...others] = selection.chosen;
  const single = others.length === 0 && task !== undefined && task.attempt > 0 ? task : null;
  const history = useQuery({
    ...taskHistory(fullName, selection.jobAttempt, task?.role ?? "", task?.index ?? 0),
    enabled: single !== null,
  });
  if (single === null) return null;
  const state = (attempt: number) => {
    const past = history.data?.attempts.find(({ attemptId }) => attemptId === attempt)?.attemptState ?? "";
    const found = attempt === single.attempt ? single.state : past; // the history is not asked again
    return isState(found) ? ` · ${t(`state.${found}`)}` : "";
  };
  return (
    <Select
      size="xs"
      w="11rem"
      label={t("logs.taskAttempt")}
      data={numbers(single.attempt).map((value) => ({
        value: String(value),
        label: String(value) + state(value),
      }))}
      value={String(selection.logs[0]?.taskAttempt ?? single.attempt)}
      onChange={(value) => {
        const attempt = value === String(single.attempt) ? null : Number(value);
        selection.ask({ tasks: [{ role: single.role, index: single.index, attempt }], line: null });
      }}
      allowDeselect={false}
    />
  );
}

/** From the latest down to the first, which is 0 everywhere. */
function numbers(latest: number): number[] {
  return Array.from({ length: latest + 1 }, (_, number) => latest - number);
}
