import { jobPath } from "../../components/paths";
import type { JobDetail } from "./queries";

interface Attempt {
  role: string;
  index: number;
  jobAttempt: number;
  taskAttempt: number;
}

/** The log of a task's attempt. */
export function logsPath(job: JobDetail, attempt: Attempt): string {
  const where = new URLSearchParams(Object.entries(attempt).map(([key, value]) => [key, String(value)]));
  return `${jobPath(job.jobStatus.username, job.name, "logs")}?${where}`;
}

/** `user~name`, as the server's addresses name the job. */
export function fullName(job: JobDetail): string {
  return `${job.jobStatus.username}~${job.name}`;
}
