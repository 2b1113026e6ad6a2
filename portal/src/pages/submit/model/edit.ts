/** Changes of a job file's text that leave the rest of it as it is, to the letter.

Each change is tried in the way that touches least, and what comes out is read again: it counts only where it says what
was wanted. The last way writes the whole document anew with `yaml`, which keeps comments and order too. */
import { isCollection, isNode, isScalar, stringify } from "yaml";
import { type Parsed, pairOf, parseJob, readJob } from "./parse";
import { at, type Path, same, withValue } from "./path";
import { inline } from "./render";
import { appended, cutOut, inPlace, inserted, insertedItem, rewrites, splice, type Way } from "./splice";

/** The text with `value` at `path`; what holds it is made where it is missing. */
export function setIn(text: string, path: Path, value: unknown): string {
  const before = parseJob(text);
  if (before.broken || same(at(before.value, path), value)) return text;
  const wanted = withValue(before.value, path, value);
  const [place, put] = reachable(before, path, wanted);
  const rest = edited(text, (doc) => doc.doc.setIn([...place], doc.doc.createNode(put)));
  return firstThatSays(text, wanted, [
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
  return firstThatSays(text, wanted, [
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
  return firstThatSays(text, wanted, [
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

/** What the first way gives that says what is wanted; the text as it is where none does. */
function firstThatSays(text: string, wanted: unknown, ways: Way[]): string {
  for (const way of ways) {
    try {
      const next = way();
      if (next !== null && says(next, wanted)) return next;
    } catch {
      // `yaml` refuses what it cannot write so, such as an alias without its anchor
    }
  }
  return text;
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
