import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { type JobDetail, pastAttempt } from "../queries";
import { type LogName, mostLogs, streamKey } from "./names";
import { type Asked, addressOf, askedBy, type LogTask, likeliest, tasksOf } from "./tasks";

export interface Selection {
  asked: Asked;
  /** Change what is asked for, and so the address. */
  ask: (change: Partial<Asked>) => void;
  jobAttempt: number;
  /** All tasks of the job's attempt; undefined while they must be asked for. */
  tasks: LogTask[] | undefined;
  error: Error | null;
  /** The chosen ones, in their order, with the log of each. */
  chosen: LogTask[];
  logs: LogName[];
}

/** What the address says is to be seen. */
export function useAsked(job: JobDetail, fullName: string): Selection {
  const [query, setQuery] = useSearchParams();
  const asked = useMemo(() => askedBy(query), [query]);
  const current = job.jobStatus.attemptId;
  const jobAttempt = asked.jobAttempt ?? current;
  const past = useQuery({ ...pastAttempt(fullName, jobAttempt), enabled: jobAttempt !== current });
  const detail = jobAttempt === current ? job : past.data;
  const tasks = useMemo(() => detail && tasksOf(detail), [detail]);
  const there = tasks !== undefined && tasks.length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: who reads a log is not to be torn away by what another task does
  const likely = useMemo(() => detail && likeliest(detail, tasksOf(detail)), [fullName, jobAttempt, there]);
  const chosen = tasks ? chosenOf(asked, tasks, likely) : [];
  const attemptOf = ({ role, index }: LogTask) =>
    asked.tasks.find((task) => task.role === role && task.index === index)?.attempt;
  const wanted = chosen.map((task) => ({
    role: task.role,
    index: task.index,
    jobAttempt,
    taskAttempt: attemptOf(task) ?? task.attempt,
    stream: asked.stream,
  }));
  const key = wanted.map(streamKey).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says all of it; the same logs must stay the same
  const logs = useMemo(() => wanted, [key]);
  const ask = (change: Partial<Asked>) =>
    setQuery(addressOf({ ...asked, ...change }), { replace: true, preventScrollReset: true });
  return { asked, ask, jobAttempt, tasks, error: past.error, chosen, logs };
}

/** Those that the address names, as far as there are such tasks and attempts. */
function chosenOf(asked: Asked, tasks: LogTask[], likely: LogTask | undefined): LogTask[] {
  const named = asked.tasks.length === 0 && likely ? [{ ...likely, attempt: null }] : asked.tasks;
  return named
    .flatMap(
      ({ role, index, attempt }) =>
        tasks.find((task) => task.role === role && task.index === index && (attempt ?? 0) <= task.attempt) ??
        [],
    )
    .slice(0, mostLogs);
}
