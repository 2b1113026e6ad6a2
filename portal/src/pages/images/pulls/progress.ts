import type { Pull } from "../queries";

const order = ["pulling", "waiting", "failed", "done"] as const;

/** What moves first, what has ended last; within that the newest first. */
export function inOrder(pulls: Pull[]): Pull[] {
  const rank = (pull: Pull) => order.indexOf(pull.state);
  return [...pulls].sort((one, other) => rank(one) - rank(other) || (other.since ?? 0) - (one.since ?? 0));
}

/** How much of a pull has come, in per cent: of its bytes, of its layers while those are not known; null before. */
export function percentOf({ state, doneBytes, totalBytes, layersDone, layersTotal }: Pull): number | null {
  if (state === "done") return 100;
  const [done, total] = totalBytes > 0 ? [doneBytes, totalBytes] : [layersDone, layersTotal];
  return total > 0 ? Math.min(Math.floor((100 * done) / total), 100) : null;
}
