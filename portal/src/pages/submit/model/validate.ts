/** The mistakes that the schema shows without the server: quick, while one types. The server has the last word. */
import type { TFunction } from "i18next";
import type { Parsed } from "./parse";
import { isJson, type Path } from "./path";
import { type Problem, problemAt } from "./problems";
import { chosen, isOpen, type Schema, schemaAt } from "./schema";

const most = 50;

interface Check {
  root: Schema;
  document: unknown;
  found: { path: Path; message: string }[];
  t: TFunction;
}

export function localProblems(parsed: Parsed, schema: Schema | undefined, t: TFunction): Problem[] {
  if (!schema) return [];
  const check: Check = { root: schema, document: parsed.value, found: [], t };
  look(check, parsed.value, schema, []);
  return check.found.slice(0, most).map(({ path, message }) => problemAt(parsed, path, "Schema", message));
}

function look(check: Check, value: unknown, schema: Schema, path: Path) {
  const here = chosen(check.root, schema, value);
  const wrong = wrongAbout(value, here, check.t);
  if (wrong !== null) check.found.push({ path, message: wrong });
  else if (isJson(value)) lookInside(check, value, here, path);
  else if (Array.isArray(value) && isJson(here.items)) {
    const { items } = here;
    value.forEach((item, index) => {
      look(check, item, items, [...path, index]);
    });
  }
}

function lookInside(check: Check, value: object, schema: Schema, path: Path) {
  for (const name of Array.isArray(schema.required) ? schema.required : [])
    if (!Object.hasOwn(value, name))
      check.found.push({ path: [...path, name], message: check.t("submit.wrong.missing", { name }) });
  for (const [key, inner] of Object.entries(value)) {
    const place = [...path, key];
    const known = schemaAt(check.root, place, check.document);
    if (known) look(check, inner, known, place);
    else if (!isOpen(schema))
      check.found.push({ path: place, message: check.t("submit.wrong.unknown", { name: key }) });
  }
}

/** Why a value is not what a field takes, null where it is. */
function wrongAbout(value: unknown, schema: Schema, t: TFunction): string | null {
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => isOf(value, type)))
    return t("submit.wrong.type", { expected: types.map((type) => t(`submit.type.${type}`)).join(" / ") });
  const allowed = schema.const !== undefined ? [schema.const] : schema.enum;
  if (Array.isArray(allowed) && !allowed.includes(value))
    return t("submit.wrong.value", { allowed: allowed.join(" / ") });
  return isJson(value) || Array.isArray(value) ? emptyIn(value, schema, t) : outside(value, schema, t);
}

function outside(value: unknown, { pattern, minimum }: Schema, t: TFunction): string | null {
  if (typeof value === "string" && typeof pattern === "string" && !new RegExp(pattern).test(value))
    return t("submit.wrong.pattern", { value: value.slice(0, 60) });
  if (typeof value === "number" && typeof minimum === "number" && value < minimum)
    return t("submit.wrong.least", { least: minimum });
  return null;
}

function emptyIn(value: object, { minItems, minProperties }: Schema, t: TFunction): string | null {
  const empty = Object.keys(value).length === 0;
  return empty && (minItems || minProperties) ? t("submit.wrong.empty") : null;
}

function isOf(value: unknown, type: Type): boolean {
  return typeOf(value) === type || (type === "number" && typeOf(value) === "integer");
}

type Type = "string" | "integer" | "number" | "boolean" | "null" | "object" | "array";

function typesOf(schema: Schema): Type[] {
  if (Array.isArray(schema.anyOf)) {
    const kinds = schema.anyOf.filter(isJson);
    return kinds.every((kind) => kind.type !== undefined) ? kinds.flatMap(typesOf) : [];
  }
  const { type } = schema;
  return (Array.isArray(type) ? type : type === undefined ? [] : [type]) as Type[];
}

function typeOf(value: unknown): Type {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value as Type;
}
