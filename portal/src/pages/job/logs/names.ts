/** A log: of which attempt of which task, and which of its streams. */
export interface LogName {
  role: string;
  index: number;
  jobAttempt: number;
  taskAttempt: number;
  stream: StreamName;
}

/** So many logs does the server follow in one stream. */
export const mostLogs = 64;

export const streams = ["all", "stdout", "stderr"] as const;
export type StreamName = (typeof streams)[number];

/** What people call a task. */
export function taskLabel({ role, index }: { role: string; index: number }): string {
  return `${role}[${index}]`;
}

/** The log in the query of the stream of several logs. */
export function streamKey({ role, index, jobAttempt, taskAttempt, stream }: LogName): string {
  return [role, index, jobAttempt, taskAttempt, stream].join("/");
}

/** Parts of a log's address, as the typed client wants them. */
export function logParameters(job: string, { role, index, jobAttempt, taskAttempt, stream }: LogName) {
  return { job, job_attempt: jobAttempt, role, index, attempt: taskAttempt, name: stream };
}

/** Where the whole log is read. */
export function logAddress(job: string, { role, index, jobAttempt, taskAttempt, stream }: LogName): string {
  const of = `${encodeURIComponent(job)}/attempts/${jobAttempt}/taskRoles/${encodeURIComponent(role)}`;
  return `/api/v2/jobs/${of}/taskIndex/${index}/attempts/${taskAttempt}/logs/${stream}`;
}
