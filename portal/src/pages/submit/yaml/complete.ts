import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { isJson, type Json, listAt, mappingAt, type Path } from "../model/path";
import { chosen, type Schema, schemaAt } from "../model/schema";
import { withExtras } from "./extras";
import { templates } from "./templates";

/** Completes keys and values of a job file: what its schema knows there, and names that stand elsewhere in it. */
export function completeJob(context: CompletionContext, value: Json, schema: Schema | undefined) {
  return templates(context, value) ?? (schema ? bySchema(context, value, withExtras(schema)) : null);
}

function bySchema(context: CompletionContext, value: Json, root: Schema): CompletionResult | null {
  const before = context.state.sliceDoc(0, context.pos);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  const asValue = /^(?:[ -]*)([\w.-]+):\s+(\S*)$/.exec(line);
  if (asValue) {
    const options = valuesOf([...holderOf(before), asValue[1] ?? ""], value, root);
    return options.length > 0 ? { from: context.pos - (asValue[2]?.length ?? 0), options } : null;
  }
  const asKey = /^([ -]*)([\w.-]*)$/.exec(line);
  if (!asKey || (asKey[2] === "" && !context.explicit)) return null;
  const options = keysAt(holderOf(before), value, root);
  return options.length > 0 ? { from: context.pos - (asKey[2]?.length ?? 0), options } : null;
}

/** What holds the last line of a text, by how far the lines above it stand in. */
export function holderOf(text: string): Path {
  const lines = text.split("\n");
  const path: (string | number)[] = [];
  const last = lines.length - 1;
  let [margin, inList] = [contentOf(lines[last] ?? ""), false];
  for (let at = last; at >= 0; at -= 1) {
    for (const { column, key } of openersOf(lines[at] ?? "", at === last).toReversed()) {
      const holds = column < margin || (inList && key !== null && column === margin);
      if (!holds) continue;
      path.unshift(key ?? indexOf(lines.slice(0, at), column));
      [margin, inList] = [column, key === null];
    }
  }
  return path;
}

/** What a line begins that lines below may belong to: an item of a list at each dash, a mapping at a key with nothing behind it. */
function openersOf(line: string, last: boolean): { column: number; key: string | null }[] {
  if (/^\s*(#|$)/.test(line)) return [];
  const dashes = [...line.slice(0, contentOf(line)).matchAll(/-/g)].map(({ index }) => ({
    column: index,
    key: null,
  }));
  const key = last ? undefined : /^[ -]*([\w.-]+):\s*(#.*)?$/.exec(line)?.[1];
  return key === undefined ? dashes : [...dashes, { column: contentOf(line), key }];
}

/** Where a line's content begins, behind its dashes. */
function contentOf(line: string): number {
  return /^ *(- +)*/.exec(line)?.[0].length ?? 0;
}

function indentOf(line: string): number {
  return /^ */.exec(line)?.[0].length ?? 0;
}

/** How many items of a list at this margin stand right above. */
function indexOf(lines: string[], margin: number): number {
  let count = 0;
  for (const line of lines.toReversed()) {
    if (/^\s*(#|$)/.test(line)) continue;
    if (indentOf(line) < margin) break;
    if (indentOf(line) > margin) continue;
    if (!/^ *- /.test(line)) break;
    count += 1;
  }
  return count;
}

function keysAt(holder: Path, value: Json, root: Schema): Completion[] {
  const schema = schemaAt(root, holder, value);
  const written = mappingAt(value, holder);
  const required = Array.isArray(schema?.required) ? schema.required : [];
  return Object.entries(isJson(schema?.properties) ? schema.properties : {})
    .filter(([key]) => !Object.hasOwn(written, key))
    .map(([key, inner]) => ({
      label: key,
      apply: holds(root, inner) ? `${key}:` : `${key}: `,
      info: describe(inner),
      boost: required.includes(key) ? 1 : 0,
    }));
}

function holds(root: Schema, schema: unknown): boolean {
  const kind = isJson(schema) ? chosen(root, schema, undefined).type : null;
  return kind === "object" || kind === "array";
}

function describe(schema: unknown): string {
  return isJson(schema) && typeof schema.description === "string" ? schema.description : "";
}

function valuesOf(path: Path, value: Json, root: Schema): Completion[] {
  const named = namesFor(path, value);
  const schema = schemaAt(root, path, value);
  const kinds = [schema, ...typeKinds(path, root, value)].filter(isJson);
  const words = kinds.flatMap(({ const: only, enum: some, type }) => [
    ...(only === undefined ? [] : [only]),
    ...(Array.isArray(some) ? some : []),
    ...(type === "boolean" ? [true, false] : []),
  ]);
  return [...new Set([...named, ...words.map(String)])].map((label) => ({ label }));
}

/** The kinds that a prerequisite can be of: the schema chooses one by what is written, which is not there yet. */
function typeKinds(path: Path, root: Schema, value: Json): unknown[] {
  if (path[0] !== "prerequisites" || path.at(-1) !== "type") return [];
  return ["dockerimage", "script", "data", "output"].map((type) => {
    const item = { ...mappingAt(value, path.slice(0, -1)), type };
    const list = [...listAt(value, ["prerequisites"])];
    list[Number(path[1])] = item;
    return schemaAt(root, path, { ...value, prerequisites: list });
  });
}

function namesFor(path: Path, value: Json): string[] {
  if (path[0] !== "taskRoles" || path.length !== 3) return [];
  const type = { dockerImage: "dockerimage", data: "data", output: "output", script: "script" }[
    String(path[2])
  ];
  return listAt(value, ["prerequisites"])
    .filter(isJson)
    .filter((each) => each.type === type)
    .map((each) => String(each.name));
}
