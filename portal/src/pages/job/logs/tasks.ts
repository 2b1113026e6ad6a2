import type { JobDetail } from "../queries";
import { type StreamName, streams } from "./names";

/** A task whose log can be looked at. */
export interface LogTask {
  role: string;
  index: number;
  /** Its latest attempt. */
  attempt: number;
  state: string;
  /** It ran, or runs: there is a log, unless it was removed. */
  begun: boolean;
}

/** What the address asks for; nothing where it leaves it open. */
export interface Asked {
  tasks: { role: string; index: number; attempt: number | null }[];
  jobAttempt: number | null;
  stream: StreamName;
  /** The line of one of the logs: the number of the log, and of the line, both from 0. */
  line: { log: number; line: number } | null;
}

/** All tasks of the job, in its order. */
export function tasksOf(job: JobDetail): LogTask[] {
  return Object.values(job.taskRoles).flatMap(({ taskRoleStatus, taskStatuses }) =>
    taskStatuses.map((task) => ({
      role: taskRoleStatus.name, // as failures name it too; the key is another one where it has capitals
      index: task.taskIndex,
      attempt: task.attemptId,
      state: task.taskState,
      begun: task.containerLog !== null,
    })),
  );
}

/** The task that a reader most likely looks for: the one that failed first, else one that has a log. */
export function likeliest(job: JobDetail, tasks: LogTask[]): LogTask | undefined {
  const failure = job.jobStatus.firstFailure;
  const failed = failure?.attemptId === job.jobStatus.attemptId ? failure : null;
  return (
    tasks.find((task) => task.role === failed?.taskRoleName && task.index === failed.taskIndex) ??
    tasks.find((task) => task.begun) ??
    tasks[0]
  );
}

/** Address → what it asks for: `role`, `index` and `taskAttempt` once for each task, and what counts for all. */
export function askedBy(query: URLSearchParams): Asked {
  const indexes = query.getAll("index");
  const attempts = query.getAll("taskAttempt");
  return {
    tasks: query.getAll("role").map((role, at) => ({
      role,
      index: numberOf(indexes[at]) ?? 0,
      attempt: numberOf(attempts[at]),
    })),
    jobAttempt: numberOf(query.get("jobAttempt")),
    stream: streams.find((stream) => stream === query.get("stream")) ?? "all",
    line: lineOf(query.get("line")),
  };
}

/** The address of what is asked for. */
export function addressOf({ tasks, jobAttempt, stream, line }: Asked): URLSearchParams {
  const query = new URLSearchParams();
  for (const task of tasks) {
    query.append("role", task.role);
    query.append("index", String(task.index));
  }
  if (tasks.every((task) => task.attempt !== null)) {
    for (const task of tasks) query.append("taskAttempt", String(task.attempt));
  }
  if (jobAttempt !== null) query.append("jobAttempt", String(jobAttempt));
  if (stream !== "all") query.append("stream", stream);
  if (line) query.append("line", `${line.log > 0 ? `${line.log + 1}:` : ""}${line.line + 1}`);
  return query;
}

/** `120`, or `2:120` for line 120 of the second log. */
function lineOf(text: string | null): Asked["line"] {
  const [, log = "1", line = ""] = /^(?:(\d{1,6}):)?(\d{1,15})$/.exec(text ?? "") ?? [];
  return line ? { log: Math.max(Number(log) - 1, 0), line: Math.max(Number(line) - 1, 0) } : null;
}

function numberOf(text: string | null | undefined): number | null {
  return text && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
