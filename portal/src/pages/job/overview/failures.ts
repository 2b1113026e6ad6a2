import type { Diagnosis, JobDetail, Task } from "../queries";

/** Something that went wrong, and in which attempt of which task; that is null where it was no task's doing. */
export interface Fault {
  /** "first": the first task that failed; "end": what the job ended by. */
  kind: "first" | "end";
  diagnosis: Diagnosis | null;
  exitCode: number | null;
  task: { role: string; index: number; jobAttempt: number; taskAttempt: number } | null;
  /** Whether it came to run, and so has a log. */
  hasLog: boolean;
  /** Which rule of the completion policy made it the job's end. */
  rule: string | null;
}

/** What went wrong with a job, the first failure on top: those after it are mostly its doing. */
export function faultsOf(job: JobDetail): Fault[] {
  const first = firstFault(job);
  const end = endFault(job);
  if (first === null || end === null) return [first, end].filter((fault) => fault !== null);
  return isSame(first, end) ? [{ ...first, rule: end.rule }] : [first, end];
}

function firstFault(job: JobDetail): Fault | null {
  const first = job.jobStatus.firstFailure;
  if (first === null) return null;
  const task = {
    role: first.taskRoleName,
    index: first.taskIndex,
    jobAttempt: first.attemptId,
    taskAttempt: first.taskAttemptId,
  };
  const known = job.jobStatus.attemptId === task.jobAttempt ? taskOf(job, task.role, task.index) : undefined;
  const hasLog =
    known?.attemptId === task.taskAttempt
      ? known.currentAttemptLaunchedTime !== null
      : first.containerExitCode !== null;
  return {
    kind: "first",
    diagnosis: first.diagnosis,
    exitCode: first.containerExitCode,
    task,
    hasLog,
    rule: null,
  };
}

function endFault(job: JobDetail): Fault | null {
  const { state, diagnosis, attemptId } = job.jobStatus;
  if (state !== "FAILED") return null;
  const { appExitTriggerTaskRoleName: role, appExitTriggerTaskIndex: index } = job.jobStatus;
  const task = role !== null && index !== null ? taskOf(job, role, index) : undefined;
  return {
    kind: "end",
    diagnosis,
    exitCode: job.jobStatus.appExitCode,
    task:
      task && role !== null
        ? { role, index: task.taskIndex, jobAttempt: attemptId, taskAttempt: task.attemptId }
        : null,
    hasLog: task !== undefined && task.currentAttemptLaunchedTime !== null,
    rule: job.jobStatus.appExitTriggerMessage,
  };
}

/** A task of the current attempt. */
function taskOf(job: JobDetail, role: string, index: number): Task | undefined {
  const tasks = Object.values(job.taskRoles).find((each) => each.taskRoleStatus.name === role)?.taskStatuses;
  return tasks?.find((each) => each.taskIndex === index);
}

/** Whether the reader would read the same twice. */
function isSame(first: Fault, end: Fault): boolean {
  return first.diagnosis?.message === end.diagnosis?.message && first.exitCode === end.exitCode;
}
