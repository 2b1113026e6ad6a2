import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
} from "yaml";
import { isJson, type Json, type Path } from "./path";

export interface Place {
  from: number;
  to: number;
}

/** A job file as it was read. */
export interface Parsed {
  text: string;
  doc: Document.Parsed;
  /** What it says; empty where it cannot be read. */
  value: Json;
  /** Where it cannot be read, null where it can. */
  broken: Place | null;
}

const kept: Parsed[] = [];
const most = 4; // a change reads the text before it and after it, and the form reads both again

/** Reads a text, or gives what was read of it before. The document must not be changed. */
export function parseJob(text: string): Parsed {
  const known = kept.find((each) => each.text === text);
  if (known) return known;
  const parsed = readJob(text);
  kept.unshift(parsed);
  kept.length = Math.min(kept.length, most);
  return parsed;
}

/** Reads a text anew, into a document that may be changed. */
export function readJob(text: string): Parsed {
  const doc = parseDocument(text, { merge: true, logLevel: "silent" });
  const [mistake] = doc.errors;
  if (mistake) {
    const [from, to] = mistake.pos;
    return { text, doc, value: {}, broken: { from, to } };
  }
  try {
    const value: unknown = doc.toJS() ?? {};
    if (isJson(value)) return { text, doc, value, broken: null };
  } catch {
    // an alias that stands for too much
  }
  return { text, doc, value: {}, broken: { from: 0, to: text.length } };
}

/** Line and column of a position in a text, both from 1. */
export function lineOf(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Where the line begins that holds this position. */
export function lineStart(text: string, position: number): number {
  return text.lastIndexOf("\n", position - 1) + 1;
}

/** Where what is at `path` stands in the text; of what is not there, what would hold it. */
export function placeOf({ text, doc }: Parsed, path: Path): Place {
  for (let length = path.length; length > 0; length -= 1) {
    const found = nodeAt(doc, path.slice(0, length));
    if (found) return found;
  }
  const end = text.indexOf("\n");
  return { from: 0, to: end < 0 ? text.length : end };
}

function nodeAt(doc: Document.Parsed, path: Path): Place | null {
  const last = path.at(-1);
  const holder = path.length > 1 ? doc.getIn(path.slice(0, -1), true) : doc.contents;
  if (!isCollection(holder) || last === undefined) return null;
  const pair = pairOf(holder, last);
  const value = pair ? pair.value : holder.get(last, true);
  const from = startOf(pair?.key) ?? startOf(value);
  if (from === undefined) return null;
  const inner = isScalar(value) && value.range ? value.range : null;
  return inner && inner[1] > inner[0]
    ? { from: inner[0], to: inner[1] }
    : { from, to: endOf(pair?.key) ?? from };
}

/** The pair of this key in a mapping. */
export function pairOf(holder: Node, key: string | number): Pair<Node, Node | null> | undefined {
  if (!isMap(holder)) return undefined;
  const found = holder.items.find(
    (pair) => (isScalar(pair.key) ? String(pair.key.value) : null) === String(key),
  );
  return found as Pair<Node, Node | null> | undefined;
}

/** The item at this index of a list. */
export function itemOf(holder: Node, index: string | number): Node | undefined {
  const found = isSeq(holder) && typeof index === "number" ? holder.items[index] : undefined;
  return isNode(found) ? found : undefined;
}

export function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

export function endOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[1] : undefined;
}
