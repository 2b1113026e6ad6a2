import type { Diagnosis, JobDetail } from "../queries";

/** Something that went wrong, and in which attempt of which task; that is null where it was no task's doing. */
export interface Fault {
  /** "first": the first task that failed; "end": what the job ended by. */
  kind: "first" | "end";
  diagnosis: Diagnosis | null;
  exitCode: number | null;
  task: { role: string; index: number; jobAttempt: number; taskAttempt: number } | null;
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
  return {
    kind: "first",
    diagnosis: first.diagnosis,
    exitCode: first.containerExitCode,
    task: {
      role: first.taskRoleName,
      index: first.taskIndex,
      jobAttempt: first.attemptId,
      taskAttempt: first.taskAttemptId,
    },
    rule: null,
  };
}

function endFault(job: JobDetail): Fault | null {
  const { state, diagnosis, appExitCode, appExitTriggerMessage } = job.jobStatus;
  if (state !== "FAILED") return null;
  return { kind: "end", diagnosis, exitCode: appExitCode, task: triggerOf(job), rule: appExitTriggerMessage };
}

/** The task attempt whose end decided the job's, if it came to begin. */
function triggerOf(job: JobDetail): Fault["task"] {
  const { attemptId, appExitTriggerTaskRoleName: role, appExitTriggerTaskIndex: index } = job.jobStatus;
  if (role === null || index === null) return null;
  const tasks = Object.values(job.taskRoles).find((each) => each.taskRoleStatus.name === role)?.taskStatuses;
  const task = tasks?.find((each) => each.taskIndex === index);
  if (task === undefined) return null;
  return { role, index, jobAttempt: attemptId, taskAttempt: task.attemptId };
}

/** Whether the reader would read the same twice. */
function isSame(first: Fault, end: Fault): boolean {
  return first.diagnosis?.message === end.diagnosis?.message && first.exitCode === end.exitCode;
}
