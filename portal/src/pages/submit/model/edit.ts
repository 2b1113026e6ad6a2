/** Changes of a job file's text that leave the rest of it as it is, to the letter.

Each change is tried in the way that touches least, and what comes out is read again: it counts only where it says what
was wanted. The last way writes the whole document anew with `yaml`, which keeps comments and order too. */
import {
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { orderOf } from "./order";
import { itemOf, lineStart, type Parsed, pairOf, parseJob, readJob, startOf } from "./parse";
import { at, type Path, same, withValue } from "./path";
import { flow, inline, itemLines, pairLines } from "./render";

type Way = () => string | null;

/** The text with `value` at `path`; what holds it is made where it is missing. */
export function setIn(text: string, path: Path, value: unknown): string {
  const before = parseJob(text);
  if (before.broken || same(at(before.value, path), value)) return text;
  const wanted = withValue(before.value, path, value);
  const [place, put] = reachable(before, path, wanted);
  const rest = edited(text, (doc) => doc.doc.setIn([...place], doc.doc.createNode(put)));
  return firstThatSays(wanted, [
    () => (place.length === 0 ? appended(text, put) : null),
    () => inPlace(before, place, put),
    () => inserted(before, place, put),
    ...rewrites(before, place, rest),
    ...whole(rest, wanted),
  ]);
}

/** The text without what is at `path`, and without the mappings and lists above it that are empty then. */
export function removeIn(text: string, path: Path): string {
  const before = parseJob(text);
  if (before.broken || at(before.value, path) === undefined) return text;
  const gone = emptied(before.value, path);
  const wanted = withValue(before.value, gone, undefined);
  const [place, put] = reachable(before, gone, wanted);
  if (place.length < gone.length) return setIn(text, place, put);
  const rest = edited(text, (doc) => doc.doc.deleteIn([...gone]));
  return firstThatSays(wanted, [
    () => cutOut(before, gone),
    ...rewrites(before, gone.slice(0, -1), rest),
    ...whole(rest, wanted),
  ]);
}

/** The text with one item more in a list, before the one that is at `path`. */
export function insertIn(text: string, path: Path, value: unknown): string {
  const before = parseJob(text);
  const above = path.slice(0, -1);
  const index = Number(path.at(-1));
  const old = at(before.value, above);
  if (before.broken || !Array.isArray(old) || index >= old.length) return setIn(text, path, value);
  const wanted = withValue(before.value, above, old.toSpliced(index, 0, value));
  return firstThatSays(wanted, [
    () => insertedItem(before, above, index, value),
    () => setIn(text, above, at(wanted, above)),
  ]);
}

/** The text with another key for what is at `path`, at the same place. */
export function renameIn(text: string, path: Path, name: string): string {
  const before = parseJob(text);
  const last = path.at(-1);
  const holder = before.doc.getIn(path.slice(0, -1), true) ?? null;
  const key = isNode(holder) && last !== undefined ? pairOf(holder, last)?.key : undefined;
  if (before.broken || last === name || !isScalar(key) || !key.range) return text;
  const next = splice(text, key.range[0], key.range[1], inline(name, key) ?? name);
  return parseJob(next).broken ? text : next;
}

function firstThatSays(wanted: unknown, ways: Way[]): string {
  for (const way of ways) {
    try {
      const next = way();
      if (next !== null && says(next, wanted)) return next;
    } catch {
      // `yaml` refuses what it cannot write so, such as an alias without its anchor
    }
  }
  throw new Error("the text cannot be changed so");
}

/** The document written anew: with its comments, or where an alias lost its anchor, by what it says alone. */
function whole(change: () => Parsed, wanted: unknown): Way[] {
  return [() => change().doc.toString({ lineWidth: 0 }), () => stringify(wanted, { lineWidth: 0 })];
}

function says(text: string, wanted: unknown): boolean {
  const { broken, value } = parseJob(text);
  return broken === null && same(value, wanted);
}

/** The deepest place on the way to `path` that can be written, and what stands there then: an alias is written out. */
function reachable(before: Parsed, path: Path, wanted: unknown): [Path, unknown] {
  let node: unknown = before.doc.contents;
  for (const [depth, part] of path.entries()) {
    const inner = path.slice(0, depth);
    if (!isCollection(node)) return [inner, at(wanted, inner)];
    node = node.get(part, true);
    if (node === undefined) return [path.slice(0, depth + 1), at(wanted, path.slice(0, depth + 1))];
  }
  return [path, at(wanted, path)];
}

/** `path`, or what is above it and would be empty without it. */
function emptied(value: unknown, path: Path): Path {
  const above = path.slice(0, -1);
  const holder = at(value, above);
  const size = Array.isArray(holder) ? holder.length : Object.keys(holder ?? {}).length;
  return above.length > 0 && size === 1 ? emptied(value, above) : path;
}

/** A second reading, changed; done when it is needed. */
function edited(text: string, change: (parsed: Parsed) => void): () => Parsed {
  let found: Parsed | undefined;
  return () => {
    if (!found) {
      found = readJob(text);
      change(found);
    }
    return found;
  };
}

function splice(text: string, from: number, to: number, put: string): string {
  return text.slice(0, from) + put + text.slice(to);
}

function appended(text: string, put: unknown): string {
  const written = Object.entries(put ?? {}).map(([key, value]) => pairLines(key, value, 0));
  return text + (text === "" || text.endsWith("\n") ? "" : "\n") + written.join("");
}

/** A value of one line in place of another. */
function inPlace({ text, doc }: Parsed, path: Path, put: unknown): string | null {
  const node = doc.getIn(path, true);
  if (!isScalar(node) || !node.range || typeof put === "object") return null;
  const written = inline(put, node);
  if (written === null || node.type === "BLOCK_LITERAL" || node.type === "BLOCK_FOLDED") return null;
  const [from, to] = node.range;
  return splice(text, from, to, from === to && /\S/.test(text[from - 1] ?? " ") ? ` ${written}` : written);
}

/** A pair or an item more in what holds it. */
function inserted(before: Parsed, path: Path, put: unknown): string | null {
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

function insertedItem({ text, doc }: Parsed, list: Path, index: number, put: unknown): string | null {
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
function cutOut({ text, doc }: Parsed, path: Path): string | null {
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
function rewrites(before: Parsed, path: Path, change: () => Parsed): Way[] {
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
