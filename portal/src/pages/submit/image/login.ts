import type { CheckRequest, Credential } from "../../../api/images";
import { registryOf, sameRegistry } from "../../../components/reference";
import { mask, referredSecret } from "../model/secrets";
import type { ImageChoice } from "./ImageBlock";

type Auth = ImageChoice["auth"];

/** What stands in the form. `way`: what counts by itself, a saved log-in by its user name, or the one typed here. */
export interface Draft {
  way: "counts" | "typed" | `saved:${string}`;
  username: string;
  /** Empty: as before, where there was one. */
  password: string;
  registryuri: string;
  save: boolean;
}

export type Field = "username" | "password" | "registryuri";
export type Mistakes = Partial<Record<Field, "missing" | "elsewhere">>;

/** What the form begins with. */
export function draftOf({ uri, auth }: ImageChoice, saved: Credential[]): Draft {
  const draft: Draft = {
    way: saved.length > 0 ? "counts" : "typed",
    username: auth?.username ?? "",
    password: "",
    registryuri: auth?.registryuri || registryOf(uri),
    save: false,
  };
  if (auth === null) return draft;
  const isSaved = auth.password === "" && saved.some(({ username }) => username === auth.username);
  return { ...draft, way: isSaved ? `saved:${auth.username}` : "typed" };
}

/** The log-in that the form stands for. */
export function authOf(draft: Draft, before: Auth): Auth {
  if (draft.way === "counts") return null;
  const registryuri = draft.registryuri.trim();
  if (draft.way !== "typed") return { username: draft.way.slice("saved:".length), password: "", registryuri };
  const password = draft.password || (before?.password ?? "");
  return { username: draft.username.trim(), password, registryuri };
}

/** What to look at the image with, as the form stands. */
export function askOf(draft: Draft, { uri, auth }: ImageChoice): CheckRequest {
  return { image: uri.trim(), ...authOf(draft, auth) };
}

/** Whether the server has the password and this page has not: it cannot be tried from here. */
export function isHidden({ password }: CheckRequest): boolean {
  return password === mask || referredSecret(password) !== null;
}

/** What keeps a typed log-in from being used, by field. */
export function mistakesOf(draft: Draft, { uri, auth }: ImageChoice): Mistakes {
  const mistakes: Mistakes = {};
  if (draft.way !== "typed") return mistakes;
  const registry = registryOf(uri);
  if (!draft.username.trim()) mistakes.username = "missing";
  if (!draft.password && (draft.save || !auth?.password)) mistakes.password = "missing";
  if (!draft.registryuri.trim()) mistakes.registryuri = "missing";
  else if (registry && !sameRegistry(draft.registryuri, registry)) mistakes.registryuri = "elsewhere";
  return mistakes;
}
