import { renameIn, setIn } from "./edit";
import { parseJob } from "./parse";
import { isJson, type Json, listAt, mappingAt, type Path } from "./path";

/** Stands in the text for a value that is not there to be seen. */
export const mask = "******";

/** Secrets that were typed into the form, by name. They are in no text and no draft. */
export type Vault = Readonly<Record<string, string>>;

const onlyReference = /^\s*<%\s*\$secrets\.([\w-]+)\s*%>\s*$/;

/** The secret that a text refers to and says nothing else, null for any other. */
export function referredSecret(text: unknown): string | null {
  return typeof text === "string" ? (onlyReference.exec(text)?.[1] ?? null) : null;
}

export function referenceTo(name: string): string {
  return `<% $secrets.${name} %>`;
}

/** With another name for a parameter or a secret, and in every template that refers to it. */
export function renameValue(
  text: string,
  kind: "parameters" | "secrets",
  name: string,
  next: string,
): string {
  const renamed = renameIn(text, [kind, name], next);
  const plain = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const reference = new RegExp(`(<%\\s*\\$${kind}\\.)${plain}(?=[\\s.[%])`, "g");
  return renamed === text ? text : renamed.replace(reference, (_, before: string) => before + next);
}

/** Whether anything but the secrets themselves refers to this one. */
export function isReferred(value: Json, name: string): boolean {
  const { secrets: _, ...rest } = value;
  return new RegExp(`\\$secrets(\\.${name}|\\[${name}\\])(?![\\w-])`).test(JSON.stringify(rest));
}

/** The typed secrets that the text has a place for: what goes with it to the server. */
export function outgoing(value: Json, vault: Vault): Record<string, string> {
  const written = Object.entries(mappingAt(value, ["secrets"]));
  const wanted = written.filter(([name, shown]) => shown === mask && vault[name] !== undefined);
  return Object.fromEntries(wanted.map(([name]) => [name, vault[name] ?? ""]));
}

/** Where the text holds something that nobody else should read, as the server sees it. */
export function secretPlaces(value: Json): Path[] {
  const found: Path[] = Object.keys(mappingAt(value, ["secrets"])).map((name) => ["secrets", name]);
  for (const [index, prerequisite] of listAt(value, ["prerequisites"]).entries()) {
    const auth = isJson(prerequisite) ? prerequisite.auth : undefined;
    for (const [key, inner] of Object.entries(isJson(auth) ? auth : {}))
      if (key !== "username" && key !== "registryuri" && referredSecret(inner) === null)
        found.push(["prerequisites", index, "auth", key]);
  }
  return found;
}

/** The text with `******` for every secret in it; where it cannot be read, by the look of its lines. */
export function masked(text: string): string {
  const parsed = parseJob(text);
  if (parsed.broken) return maskedByLook(text);
  return secretPlaces(parsed.value).reduce((now, path) => setIn(now, path, mask), text);
}

function maskedByLook(text: string): string {
  let inside = false;
  const lines = text.split("\n").map((line) => {
    if (/^\S/.test(line) && !line.startsWith("#")) inside = line.startsWith("secrets");
    const password = /^(.*password["']?\s*:\s*)(?!<%)\S/i.exec(line);
    if (password) return `${password[1]}"${mask}"`;
    const secret = inside ? /^(\s+["']?[\w-]+["']?\s*:)\s*\S/.exec(line) : null;
    if (secret) return `${secret[1]} "${mask}"`;
    return inside && /^(\s+\S|secrets\s*:\s*\S)/.test(line) ? line.replace(/\S.*/, "# …") : line;
  });
  return lines.join("\n");
}
