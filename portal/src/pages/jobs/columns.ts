import type { Field } from "./address";

export interface Column {
  name:
    | "name"
    | "user"
    | "virtualCluster"
    | "state"
    | "submitted"
    | "duration"
    | "tasks"
    | "gpus"
    | "retries";
  /** What it is sorted by, where it can be. */
  field: Field | null;
  /** The largest or newest first, when it is first sorted by this. */
  downwards: boolean;
}

export const columns: readonly Column[] = [
  { name: "name", field: "jobName", downwards: false },
  { name: "user", field: "username", downwards: false },
  { name: "virtualCluster", field: "vc", downwards: false },
  { name: "state", field: "state", downwards: false },
  { name: "submitted", field: "submissionTime", downwards: true },
  { name: "duration", field: null, downwards: true },
  { name: "tasks", field: "totalTaskNumber", downwards: true },
  { name: "gpus", field: "totalGpuNumber", downwards: true },
  { name: "retries", field: "retries", downwards: true },
];
