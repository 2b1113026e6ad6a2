import type { JobExplanation, Told } from "../queries";

/** What became of a job at one moment. */
export interface Step {
  since: number;
  reasons: Told[];
}

/** What it waited for, where it was placed, whom it gave way to, newest first; what was at the same moment together.
 * The places of single tasks are left out, since the list of tasks has them, and the reason that is told above. */
export function stepsOf({ history, events, now }: JobExplanation): Step[] {
  const past = [...history, ...events.filter(({ reason }) => reason.code !== "TaskPlaced")];
  const steps = new Map<number, Step>();
  for (const { since, reason } of past) {
    const step = steps.get(since) ?? { since, reasons: [] };
    step.reasons.push(reason);
    steps.set(since, step);
  }
  const sorted = [...steps.values()].sort((a, b) => b.since - a.since);
  const [newest] = sorted;
  const isTold = now !== null && newest?.reasons.every(({ message }) => message === now.reason?.message);
  return isTold ? sorted.slice(1) : sorted;
}
