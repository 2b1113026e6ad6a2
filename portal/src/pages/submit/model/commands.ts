import { insertIn, removeIn, setIn } from "./edit";
import { parseJob } from "./parse";
import { listAt, type Path } from "./path";

/** A role's commands as the one script that they are: joined by line breaks. */
export function scriptOf(commands: unknown[]): string {
  return commands.map(asLines).join("\n");
}

/**
 * The text with this script for the commands at `path`. Commands that did not change stay as they are, comments
 * between them too. What is indented must not be divided: the server takes away what stands around each command.
 */
export function withScript(text: string, path: Path, script: string): string {
  const old = listAt(parseJob(text).value, path);
  if (scriptOf(old) === script && old.length > 0) return text;
  if (script === "") return setIn(text, path, []);
  const lines = script.split("\n");
  const head = countSame(old, lines);
  const tail = countSameAtEnd(old.slice(head.items), lines.slice(head.lines));
  const middle = old.slice(head.items, old.length - tail.items);
  const put = commandsFrom(lines.slice(head.lines, lines.length - tail.lines), middle);
  return put === null
    ? setIn(text, path, [`${script}\n`])
    : replaced(text, path, head.items, middle.length, put);
}

function asLines(command: unknown): string {
  return String(command ?? "").replace(/\n$/, "");
}

function countSame(commands: unknown[], lines: string[]): { items: number; lines: number } {
  let [items, used] = [0, 0];
  for (const command of commands) {
    const own = asLines(command).split("\n");
    if (own.some((line, index) => lines[used + index] !== line)) break;
    items += 1;
    used += own.length;
  }
  return { items, lines: used };
}

function countSameAtEnd(commands: unknown[], lines: string[]): { items: number; lines: number } {
  let [items, used] = [0, 0];
  for (const command of commands.toReversed()) {
    const own = asLines(command).split("\n");
    const from = lines.length - used - own.length;
    if (from < 0 || own.some((line, index) => lines[from + index] !== line)) break;
    items += 1;
    used += own.length;
  }
  return { items, lines: used };
}

/** These lines as commands in place of `old`; null where only one command for all can hold them. */
function commandsFrom(lines: string[], old: unknown[]): string[] | null {
  if (lines.length === 0) return [];
  const block = old.some((command) => asLines(command).includes("\n"));
  if (block) {
    const ending = String(old.at(-1)).endsWith("\n") || lines.length > 1 ? "\n" : "";
    return [lines.join("\n") + ending];
  }
  return lines.some((line) => /^\s/.test(line)) ? null : lines;
}

function replaced(text: string, path: Path, from: number, count: number, put: string[]): string {
  let now = text;
  put.forEach((command, index) => {
    const place = [...path, from + index];
    now = index < count ? setIn(now, place, command) : insertIn(now, place, command);
  });
  for (let index = count - 1; index >= put.length; index -= 1) now = removeIn(now, [...path, from + index]);
  return now;
}
