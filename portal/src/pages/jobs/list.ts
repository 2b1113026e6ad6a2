import type { Job } from "../../api/jobs";
import type { View } from "./address";
import type { Selection } from "./selection";
import type { Change } from "./useView";

/** `range`: with those between it and the one before. */
export type Toggle = (job: Job, chosen: boolean, range: boolean) => void;

export interface ListProps {
  jobs: readonly Job[];
  view: View;
  change: Change;
  selection: Selection;
  toggle: Toggle;
  /** What is shown is what was asked for before. */
  stale: boolean;
}

export interface RowProps {
  job: Job;
  index: number;
  measure: (row: Element | null) => void;
  /** Whether it can be chosen. */
  open: boolean;
  chosen: boolean;
  toggle: Toggle;
}
