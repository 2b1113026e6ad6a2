import { parseLine, type ShownLine } from "./ansi";
import type { LogFile, Missing } from "./file";

/** So many bytes of a line are shown; the rest can be downloaded. */
export const mostShown = 8000;

const carriageReturn = 13;
const decoder = new TextDecoder();

export interface LogLine extends ShownLine {
  start: number;
  end: number;
  /** Its line break is there: it will not change. */
  whole: boolean;
  /** Its begin or its end is not shown, since it is too long. */
  cut: "none" | "begin" | "end";
}

/** A line of a log, as it is shown. */
export function readLine(file: LogFile, line: number): LogLine | Missing {
  const place = file.find(line);
  if ("missing" in place) return place;
  const { start, end } = place;
  const known = { ...place, whole: line < file.breaks };
  const head = file.bytes(start, Math.min(end, start + mostShown));
  if ("missing" in head) return head;
  if (end - start <= mostShown) return { ...known, ...parseLine(decoder.decode(head)), cut: "none" };
  if (!head.includes(carriageReturn)) return { ...known, ...parseLine(trimmed(head)), cut: "end" };
  const tail = file.bytes(end - mostShown, end); // of a progress bar, the last state counts
  if ("missing" in tail) return tail;
  const at = tail.lastIndexOf(carriageReturn, tail.length - 2);
  if (at >= 0) return { ...known, ...parseLine(decoder.decode(tail.subarray(at + 1))), cut: "none" };
  return { ...known, ...parseLine(trimmed(tail)), cut: "begin" };
}

/** Without the halves of characters at both ends. */
function trimmed(bytes: Uint8Array): string {
  return decoder.decode(bytes).replace(/^\ufffd{1,3}|\ufffd{1,3}$/g, "");
}
