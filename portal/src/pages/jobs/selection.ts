import { useCallback, useEffect, useMemo, useState } from "react";
import type { Job } from "../../api/jobs";
import { useSession } from "../../app/session";
import { isFinal } from "../../components/StateBadge";

/** A job that was chosen, on whichever page it is. */
export type Chosen = Pick<Job, "debugId" | "username" | "name">;
export type Choice = ReadonlyMap<string, Chosen>;

export function hasEnded(job: Job): boolean {
  return isFinal(job.state);
}

/** The choice with these jobs in it, or without them. */
export function choose(choice: Choice, jobs: readonly Chosen[], chosen: boolean): Choice {
  const next = new Map(choice);
  for (const { debugId, username, name } of jobs) {
    if (chosen) next.set(debugId, { debugId, username, name });
    else next.delete(debugId);
  }
  return next;
}

/** The jobs from `from` to `to`, whichever comes first; `to` alone where `from` is not among them. */
export function between(jobs: readonly Job[], from: string | null, to: string): Job[] {
  const ends = [from ?? to, to].map((id) => jobs.findIndex((job) => job.debugId === id));
  const last = Math.max(...ends);
  const first = Math.min(...ends);
  return jobs.slice(first < 0 ? last : first, last + 1);
}

export interface Selection {
  choice: Choice;
  /** Whether one can do something with it: it has not ended, and one may. */
  isOpen: (job: Job) => boolean;
  toggle: (jobs: readonly Chosen[], chosen: boolean) => void;
  clear: () => void;
}

/** Which jobs are chosen, over all pages. Those that are seen to have ended are chosen no more. */
export function useSelection(shown: readonly Job[]): Selection {
  const { username, admin } = useSession();
  const [choice, setChoice] = useState<Choice>(new Map());

  const isOpen = useCallback(
    (job: Job) => !hasEnded(job) && (admin || job.username === username),
    [admin, username],
  );
  const toggle = useCallback(
    (jobs: readonly Chosen[], chosen: boolean) => setChoice((before) => choose(before, jobs, chosen)),
    [],
  );
  const clear = useCallback(() => setChoice(new Map()), []);

  useEffect(() => {
    const over = shown.filter(hasEnded);
    setChoice((before) =>
      over.some((job) => before.has(job.debugId)) ? choose(before, over, false) : before,
    );
  }, [shown]);

  return useMemo(() => ({ choice, isOpen, toggle, clear }), [choice, isOpen, toggle, clear]);
}
