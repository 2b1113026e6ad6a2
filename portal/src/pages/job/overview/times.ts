import { tasksOf } from "../pulls";
import type { JobDetail, TaskAttempt } from "../queries";

export const phases = ["waited", "pulled", "started", "ran"] as const;
export type Phase = (typeof phases)[number];

/** How long the tasks of an attempt took for something: the quickest, the slowest. */
export interface Took {
  phase: Phase;
  shortest: number;
  longest: number;
}

/** How the time of the current attempt was spent. What no task came to is left out; what goes on counts until `now`. */
export function timeSplit(job: JobDetail, now: number): Took[] {
  const tasks = tasksOf(job);
  return phases.flatMap((phase) => {
    const spans = tasks.map((task) => span(task, phase, now)).filter((length) => length !== null);
    if (spans.length === 0) return [];
    return [{ phase, shortest: Math.min(...spans), longest: Math.max(...spans) }];
  });
}

/** How long a task took for one phase, or has taken; null where it is not there yet or never came to it. */
export function span(task: TaskAttempt, phase: Phase, now: number): number | null {
  const { placedTime, currentAttemptCreatedTime, currentAttemptLaunchedTime, currentAttemptCompletedTime } =
    task;
  const known = { waited: task.waitedMs, pulled: task.pulledMs, started: task.startedMs, ran: task.ranMs }[
    phase
  ];
  if (known !== null || currentAttemptCompletedTime !== null) return known;
  if (phase === "waited") return placedTime === null ? Math.max(now - currentAttemptCreatedTime, 0) : null;
  if (phase === "ran") return currentAttemptLaunchedTime && Math.max(now - currentAttemptLaunchedTime, 0);
  return null;
}
