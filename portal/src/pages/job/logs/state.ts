const final = ["SUCCEEDED", "FAILED", "STOPPED"];

/** Whether a task in this state will never run again. */
export function isFinal(state: string): boolean {
  return final.includes(state);
}
