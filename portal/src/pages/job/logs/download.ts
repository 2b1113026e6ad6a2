import { download } from "../../../components/download";
import type { LogDocument } from "./document";
import { type LogName, logAddress, taskLabel } from "./names";
import { readBytes } from "./reading";

/** The whole log as a file; the browser writes it to the disk as it comes. */
export function fileLink(job: string, log: LogName): { href: string; name: string } {
  return { href: logAddress(job, log), name: fileName(job, log, "log") };
}

/** A line that is too long to be shown. */
export async function downloadLine(log: LogDocument, row: number) {
  const { file, line } = log.runs.at(row);
  const place = log.line(row);
  const name = log.logs[file];
  if (!place || !name) return;
  const bytes = await readBytes(log.job, name, place.start, place.end, new AbortController().signal);
  download(fileName(log.job, name, `line-${line + 1}.txt`), new Uint8Array(bytes));
}

function fileName(job: string, log: LogName, ending: string): string {
  const attempts = [
    log.jobAttempt > 0 && `run${log.jobAttempt}`,
    log.taskAttempt > 0 && `try${log.taskAttempt}`,
  ];
  const parts = [
    job.slice(job.indexOf("~") + 1),
    taskLabel(log),
    ...attempts,
    log.stream !== "all" && log.stream,
  ];
  return `${parts.filter(Boolean).join("-")}.${ending}`.replace(/[/\\:*?"<>|]/g, "_");
}
