import { answer, api } from "../../../api/client";
import { blockSize } from "./file";
import { type LogName, logParameters } from "./names";

const path =
  "/api/v2/jobs/{job}/attempts/{job_attempt}/taskRoles/{role}/taskIndex/{index}/attempts/{attempt}/logs/{name}";

/** The bytes of a log from `start` to `end`, or to its end. */
export async function readBytes(
  job: string,
  log: LogName,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const read = await answer(
    api.GET(path, {
      params: { path: logParameters(job, log) },
      headers: { Range: `bytes=${start}-${end - 1}` },
      parseAs: "arrayBuffer",
      signal,
    }),
  );
  return new Uint8Array(read);
}

export function readBlock(job: string, log: LogName, number: number, signal: AbortSignal) {
  return readBytes(job, log, number * blockSize, (number + 1) * blockSize, signal);
}

/** How many lines of each block hold a text, from the block at `start` on; with `lines`, which ones of that block. */
export function findText(
  job: string,
  log: LogName,
  text: string,
  start: number,
  lines: boolean,
  signal: AbortSignal,
) {
  return answer(
    api.GET(`${path}/search`, {
      params: { path: logParameters(job, log), query: { q: text, start, lines } },
      signal,
    }),
  );
}
