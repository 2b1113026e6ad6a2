/** The ways in which `edit` changes a text: each gives the changed text, or null where it cannot be done so. */
import { isCollection, isMap, isNode, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from "yaml";
import { orderOf } from "./order";
import { itemOf, lineStart, type Parsed, pairOf, startOf } from "./parse";
import type { Path } from "./path";
import { flow, inline, itemLines, pairLines } from "./render";

export type Way = () => string | null;

export function splice(text: string, from: number, to: number, put: string): string {
  return text.slice(0, from) + put + text.slice(to);
}

export function appended(text: string, put: unknown): string {
  const written = Object.entries(put ?? {}).map(([key, value]) => pairLines(key, value, 0));
  return text + (text === "" || text.endsWith("\n") ? "" : "\n") + written.join("");
}

/** A value of one line in place of another. */
export function inPlace({ text, doc }: Parsed, path: Path, put: unknown): string | null {
  const node = doc.getIn(path, true);
  if (!isScalar(node) || !node.range || typeof put === "object") return null;
  const written = inline(put, node);
  if (written === null || node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED") return null;
  const [from, to] = node.range;
  return splice(text, from, to, from === to && /\S/.test(text[from - 1] ?? " ") ? ` ${written}` : written);
}

/** A pair or an item more in what holds it. */
export function inserted(before: Parsed, path: Path, put: unknown): string | null {
  const holder = path.length > 1 ? before.doc.getIn(path.slice(0, -1), true) : before.doc.contents;
  const last = path.at(-1);
  if (!isCollection(holder) || last === undefined || holder.items.length === 0) return null;
  if (holder.flow) return insertedInFlow(before.text, holder, last, put);
  if (isMap(holder) && !pairOf(holder, last)) return insertedPair(before.text, holder, path, put);
  if (isSeq(holder) && last === holder.items.length && holder.range) {
    const column = holder.range[0] - lineStart(before.text, holder.range[0]);
    const end = lineEnd(before.text, endOfEntry(holder.items.at(-1)));
    return insertLines(before.text, end, column, itemLines(put, column));
  }
  return null;
}

export function insertedItem({ text, doc }: Parsed, list: Path, index: number, put: unknown): string | null {
  const holder = doc.getIn(list, true);
  if (!isSeq(holder) || holder.flow || !holder.range) return null;
  const column = holder.range[0] - lineStart(text, holder.range[0]);
  const lines = itemLines(put, column);
  if (index > 0) return insertLines(text, lineEnd(text, endOfEntry(holder.items[index - 1])), column, lines);
  return splice(text, holder.range[0], holder.range[0], `${lines}${" ".repeat(column)}`);
}

function insertedPair(text: string, holder: YAMLMap, path: Path, put: unknown): string | null {
  const keys = holder.items.map(({ key }) => (isScalar(key) ? String(key.value) : ""));
  const first = startOf(holder.items[0]?.key);
  if (first === undefined) return null;
  const column = first - lineStart(text, first);
  const lines = pairLines(path.at(-1), put, column, indentsLists(text, holder));
  const after = orderOf(path, keys);
  if (after >= 0) return insertLines(text, lineEnd(text, endOfEntry(holder.items[after])), column, lines);
  return splice(text, first, first, `${lines}${" ".repeat(column)}`);
}

/** Whether lists stand further in than their key, as the file has it. */
function indentsLists(text: string, holder: YAMLMap): boolean {
  const list = holder.items.find(({ value }) => isSeq(value) && !value.flow && value.items.length > 0);
  const [key, dash] = [startOf(list?.key), startOf(list?.value)];
  return key === undefined || dash === undefined || dash - lineStart(text, dash) > key - lineStart(text, key);
}

function insertLines(text: string, position: number, column: number, lines: string): string {
  const broken = position > 0 && text[position - 1] !== "\n" ? "\n" : "";
  return splice(text, position, position, `${broken}${" ".repeat(column)}${lines}`);
}

function insertedInFlow(
  text: string,
  holder: YAMLMap | YAMLSeq,
  last: string | number,
  put: unknown,
): string | null {
  const written = flow(put);
  const end = endOfEntry(holder.items.at(-1));
  if (written === null) return null;
  return splice(text, end, end, isMap(holder) ? `, ${inline(last)}: ${written}` : `, ${written}`);
}

/** Where a pair or an item ends. */
function endOfEntry(entry: unknown): number {
  const pair = entry as { key?: unknown; value?: unknown };
  const nodes = isNode(entry) ? [entry] : [pair.value, pair.key];
  for (const node of nodes) if (isNode(node) && node.range) return node.range[1];
  throw new Error("no range");
}

/** The position behind the line that holds this one; a block ends behind its last line already. */
function lineEnd(text: string, position: number): number {
  if (text[position - 1] === "\n") return position;
  const end = text.indexOf("\n", position);
  return end < 0 ? text.length : end + 1;
}

/** Without the lines of a pair or an item. */
export function cutOut({ text, doc }: Parsed, path: Path): string | null {
  const last = path.at(-1);
  const holder = path.length > 1 ? doc.getIn(path.slice(0, -1), true) : doc.contents;
  if (!isCollection(holder) || holder.flow || last === undefined) return null;
  const pair = pairOf(holder, last);
  const item = itemOf(holder, last);
  const start = pair ? startOf(pair.key) : startOf(item);
  if (start === undefined) return null;
  const from = lineStart(text, start);
  const before = text.slice(from, start);
  if (!(pair ? /^ *$/ : /^ *- *$/).test(before)) return null;
  return splice(text, from, lineEnd(text, endOfEntry(pair ?? item)), "");
}

/** Ways to write a pair or an item anew that holds the change, the smallest first. */
export function rewrites(before: Parsed, path: Path, change: () => Parsed): Way[] {
  return path.map((_, index) => () => rewritten(before, path.slice(0, path.length - index), change()));
}

function rewritten({ text, doc }: Parsed, path: Path, changed: Parsed): string | null {
  const last = path.at(-1);
  const above = path.slice(0, -1);
  const holder = above.length > 0 ? doc.getIn(above, true) : doc.contents;
  const node = changed.doc.getIn(path, true);
  if (!isCollection(holder) || holder.flow || last === undefined || !isNode(node)) return null;
  const pair = pairOf(holder, last);
  const old = pair ?? itemOf(holder, last);
  const start = pair ? startOf(pair.key) : dashOf(text, startOf(old));
  if (start === undefined || old === undefined) return null;
  const column = start - lineStart(text, start);
  const put = withoutCommentBefore(node);
  const lines = pair
    ? pairLines(last, put, column, isMap(holder) && indentsLists(text, holder))
    : itemLines(put, column);
  const end = endOfEntry(old);
  return splice(text, start, end, text[end - 1] === "\n" ? lines : lines.replace(/\n$/, ""));
}

/** The comment before an item stands before its dash, and stays there. */
function withoutCommentBefore(node: Node): Node {
  if (isScalar(node) && node.commentBefore) node.commentBefore = null;
  return node;
}

function dashOf(text: string, start: number | undefined): number | undefined {
  if (start === undefined) return undefined;
  const dash = text.lastIndexOf("-", start - 1);
  return /^- *$/.test(text.slice(dash, start)) ? dash : undefined;
}
