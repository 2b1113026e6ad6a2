import { percentPulled } from "../../../components/pulls";
import type { Pull } from "../queries";

const order = ["pulling", "waiting", "failed", "done"] as const;

/** What moves first, what has ended last; within that the newest first. */
export function inOrder(pulls: Pull[]): Pull[] {
  const rank = (pull: Pull) => order.indexOf(pull.state);
  return [...pulls].sort((one, other) => rank(one) - rank(other) || (other.since ?? 0) - (one.since ?? 0));
}

/** How much of a pull has come, in per cent; null before anything is known. One that is done may tell no more. */
export function percentOf(pull: Pull): number | null {
  return pull.state === "done" ? 100 : percentPulled(pull);
}
