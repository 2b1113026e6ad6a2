import { setExecution } from "../../api/jobs";
import type { Chosen } from "./selection";

/** What became of the wish to stop a job: null where it is granted. */
export type Outcome = { job: Chosen; error: Error | null };

const atOnce = 3; // of the six connections that a browser has to a server

/** Has each of the jobs stopped, and tells of each as it is known. After `signal` no more are asked for. */
export async function stopAll(
  jobs: readonly Chosen[],
  tell: (outcome: Outcome) => void,
  signal: AbortSignal,
): Promise<void> {
  const rest = [...jobs];
  const work = async () => {
    for (let job = rest.shift(); job && !signal.aborted; job = rest.shift()) {
      tell({ job, error: await stopped(job) });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function stopped({ username, name }: Chosen): Promise<Error | null> {
  try {
    await setExecution(`${username}~${name}`, "STOP");
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
