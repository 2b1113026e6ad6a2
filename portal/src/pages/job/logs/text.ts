import { parseLine, type ShownLine } from "./ansi";
import { blockSize, type LogFile, type Missing } from "./file";
import { type Look, plain, styled } from "./sgr";

/** So many bytes of a line are shown; the rest can be downloaded. */
export const mostShown = 8000;

const carriageReturn = 13;
const escapeByte = 27;
const longestCode = 64; // bytes
const mostCodes = 200; // looked at before a line, lest it takes long
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
  if (end - start <= mostShown)
    return { ...known, ...parseLine(decoder.decode(head), lookAt(file, start)), cut: "none" };
  if (!head.includes(carriageReturn))
    return { ...known, ...parseLine(trimmed(head), lookAt(file, start)), cut: "end" };
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

/** How characters look where a line begins: as the codes before it left them, as far back as its block is. */
function lookAt(file: LogFile, start: number): Look {
  const before = file.bytes(start - (start % blockSize), start);
  if ("missing" in before) return plain;
  const codes: string[] = [];
  let at = before.lastIndexOf(escapeByte);
  for (let tries = 0; at >= 0 && tries < mostCodes; tries += 1) {
    const found = decoder.decode(before.subarray(at, at + longestCode));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what colours begin with
    const code = /^\x1b\[([0-9;:]*)m/.exec(found)?.[1];
    if (code !== undefined) codes.push(code);
    if (code === "" || code === "0" || at === 0) break; // nothing before it counts
    at = before.lastIndexOf(escapeByte, at - 1);
  }
  return codes.reduceRight(styled, plain);
}
