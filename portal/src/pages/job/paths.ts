import { fullJobPath } from "../../components/paths";
import type { JobDetail } from "./queries";

interface Attempt {
  role: string;
  index: number;
  jobAttempt: number;
  taskAttempt: number;
}

/** The log of an attempt of a task of this job, `user~name`. */
export function logsPath(job: string, attempt: Attempt): string {
  const where = new URLSearchParams(Object.entries(attempt).map(([key, value]) => [key, String(value)]));
  return `${fullJobPath(job, "logs")}?${where}`;
}

/** `user~name`, as the server's addresses name the job. */
export function fullName(job: JobDetail): string {
  return `${job.jobStatus.username}~${job.name}`;
}
