import type { Credential } from "../../../api/images";
import type { Whose } from "../queries";

/** Whose a log-in is, as one value: `user`, `default`, or `group:` with the group's name. */
export type WhoseWord = "user" | "default" | `group:${string}`;

export function wordOf({ scope, owner }: Credential): WhoseWord {
  return scope === "group" ? `group:${owner}` : scope;
}

export function whoseOf(word: WhoseWord): Whose {
  if (word === "user") return {};
  return word === "default" ? { default: true } : { group: word.slice("group:".length) };
}

export function isWhose(word: string | null): word is WhoseWord {
  return word === "user" || word === "default" || word?.startsWith("group:") === true;
}
