const finals = ["SUCCEEDED", "FAILED", "STOPPED"];

/** Whether a job or a task of this state has ended. */
export function isFinal(state: string): boolean {
  return finals.includes(state);
}
