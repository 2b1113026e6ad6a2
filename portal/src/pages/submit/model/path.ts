/** Where something stands in a job file: keys and indices, from the top. */
export type Path = readonly (string | number)[];

export type Json = Record<string, unknown>;

/** A path as the server writes it: `prerequisites[0].auth.password`. */
export function spell(path: Path): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .replace(/^\./, "");
}

/**
 * The path that the server wrote so. Keys may hold dots themselves (`extras.com.microsoft…`), so what stands in the
 * file decides where one ends.
 */
export function unspell(spelled: string, value: unknown): Path {
  const found: (string | number)[] = [];
  let rest = spelled;
  let here = value;
  while (rest !== "") {
    const index = /^\[(\d+)\]\.?/.exec(rest);
    const part = index ? Number(index[1]) : keyAt(rest, here);
    rest = index ? rest.slice(index[0].length) : rest.slice(String(part).length).replace(/^\./, "");
    found.push(part);
    here = child(here, part);
  }
  return found;
}

function keyAt(rest: string, holder: unknown): string {
  const known = isJson(holder) ? Object.keys(holder) : [];
  const fits = known.filter(
    (key) => key !== "" && rest.startsWith(key) && /^($|[.[])/.test(rest.slice(key.length)),
  );
  const longest = fits.sort((a, b) => b.length - a.length)[0];
  return longest ?? /^[^.[]*/.exec(rest.replace(/^\[/, "."))?.[0] ?? rest;
}

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What stands in `holder` under one key or index. */
export function child(holder: unknown, part: string | number): unknown {
  if (Array.isArray(holder)) return typeof part === "number" ? holder[part] : undefined;
  return isJson(holder) && Object.hasOwn(holder, part) ? holder[part] : undefined;
}

export function at(value: unknown, path: Path): unknown {
  return path.reduce(child, value);
}

/** What stands there if it is a mapping, else an empty one. */
export function mappingAt(value: unknown, path: Path): Json {
  const found = at(value, path);
  return isJson(found) ? found : {};
}

/** What stands there if it is a list, else an empty one. */
export function listAt(value: unknown, path: Path): unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

/** A copy of `value` with `put` at `path`; `undefined` takes away what is there. What is not on the way is shared. */
export function withValue(value: unknown, path: Path, put: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return put;
  const inner = rest.length > 0 ? withValue(child(value, part), rest, put) : put;
  if (typeof part === "number") {
    const list = Array.isArray(value) ? [...value] : [];
    if (inner === undefined) list.splice(part, 1);
    else list[part] = inner;
    return list;
  }
  const entries = isJson(value) ? Object.entries(value) : [];
  if (inner === undefined) return Object.fromEntries(entries.filter(([key]) => key !== part));
  if (!entries.some(([key]) => key === part)) entries.push([part, inner]);
  return Object.fromEntries(entries.map(([key, old]) => [key, key === part ? inner : old]));
}

export function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, index) => same(item, other[index]));
  if (!isJson(one) || !isJson(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]))
  );
}
