import { child, isJson, type Json, type Path } from "./path";

/** A part of a JSON Schema, as the server makes it from its models. */
export type Schema = Json;

/** The schema of what stands at `path`; null where anything may. Which of several kinds it is, the value's `type` says. */
export function schemaAt(root: Schema, path: Path, value: unknown): Schema | null {
  let schema: Schema | null = root;
  let here = value;
  for (const part of path) {
    schema = schema && inner(root, chosen(root, schema, here), part);
    here = child(here, part);
  }
  return schema && chosen(root, schema, here);
}

/** A schema without references and alternatives: of several, the one whose constants the value has. */
export function chosen(root: Schema, schema: Schema, value: unknown): Schema {
  const here = typeof schema.$ref === "string" ? resolved(root, schema.$ref) : schema;
  const several = [here.oneOf, here.anyOf].find(Array.isArray) ?? [];
  const kinds = several.filter(isJson).map((each) => chosen(root, each, value));
  const objects = kinds.filter((kind) => kind.type === "object");
  if (objects.length === 0) return here;
  const { description } = here;
  const fits = objects.find((kind) => hasConstants(kind, value)) ?? objects[0] ?? here;
  return description === undefined ? fits : { ...fits, description };
}

function hasConstants(schema: Schema, value: unknown): boolean {
  return Object.entries(isJson(schema.properties) ? schema.properties : {}).every(
    ([key, each]) => !isJson(each) || each.const === undefined || each.const === child(value, key),
  );
}

function resolved(root: Schema, reference: string): Schema {
  const found = reference
    .replace(/^#\//, "")
    .split("/")
    .reduce<unknown>((holder, key) => child(holder, key), root);
  return isJson(found) ? found : {};
}

function inner(root: Schema, schema: Schema, part: string | number): Schema | null {
  if (typeof part === "number") return isJson(schema.items) ? schema.items : null;
  const known = child(schema.properties, part);
  if (isJson(known)) return known;
  const byPattern = Object.entries(isJson(schema.patternProperties) ? schema.patternProperties : {});
  const found =
    byPattern.find(([pattern]) => new RegExp(pattern).test(part))?.[1] ?? schema.additionalProperties;
  return isJson(found) ? chosen(root, found, undefined) : null;
}

/** Whether the schema lets a mapping have a key that it does not name. */
export function isOpen(schema: Schema): boolean {
  return schema.additionalProperties !== false && schema.patternProperties === undefined;
}
