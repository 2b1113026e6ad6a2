import type { ImageChoice } from "../image/ImageBlock";
import { removeIn, setIn } from "./edit";
import { freeName } from "./name";
import { parseJob } from "./parse";
import { isJson, type Json, listAt, mappingAt, type Path } from "./path";
import { isReferred, mask, referenceTo, referredSecret, type Vault } from "./secrets";

export interface Draft {
  text: string;
  vault: Vault;
}

/** The image of a role, as the prerequisite says that it names. */
export function imageOf(value: Json, vault: Vault, role: string): ImageChoice {
  const path = imagePath(value, mappingAt(value, ["taskRoles", role]).dockerImage);
  return path ? choiceAt(value, vault, path) : { uri: "", auth: null };
}

/** Where the prerequisite of this name stands that is an image. */
export function imagePath(value: Json, name: unknown): Path | null {
  const index = listAt(value, ["prerequisites"]).findIndex(
    (each) => isJson(each) && each.type === "dockerimage" && each.name === name,
  );
  return index < 0 ? null : ["prerequisites", index];
}

/** With this image for the role. Roles of the same image share one prerequisite; what nobody uses then is gone. */
export function withImage({ text, vault }: Draft, role: string, choice: ImageChoice): Draft {
  const { value } = parseJob(text);
  const name = mappingAt(value, ["taskRoles", role]).dockerImage;
  const own = imagePath(value, name);
  const equal = listAt(value, ["prerequisites"]).findIndex(
    (each, index) =>
      isJson(each) &&
      each.type === "dockerimage" &&
      sameChoice(choiceAt(value, vault, ["prerequisites", index]), choice),
  );
  if (equal >= 0) {
    const shared = String(mappingAt(value, ["prerequisites", equal]).name);
    const now = setIn(text, ["taskRoles", role, "dockerImage"], shared);
    return { text: typeof name === "string" && name !== shared ? dropUnused(now, name) : now, vault };
  }
  if (own && usersOf(value, name) === 1) return written({ text, vault }, own, choice);
  const names = listAt(value, ["prerequisites"]).map((each) => (isJson(each) ? String(each.name) : ""));
  const added = freeName("image", names);
  const path: Path = ["prerequisites", names.length];
  const now = setIn(text, path, { name: added, type: "dockerimage", uri: choice.uri });
  return written({ text: setIn(now, ["taskRoles", role, "dockerImage"], added), vault }, path, choice);
}

/** Without this prerequisite and the secrets that were for it alone, if no role uses it. */
export function dropUnused(text: string, name: string): string {
  const { value } = parseJob(text);
  const path = imagePath(value, name);
  if (!path || usersOf(value, name) > 0) return text;
  const secret = referredSecret(mappingAt(value, [...path, "auth"]).password);
  return dropSecret(removeIn(text, path), secret);
}

function dropSecret(text: string, name: string | null): string {
  if (name === null || isReferred(parseJob(text).value, name)) return text;
  return removeIn(text, ["secrets", name]);
}

function usersOf(value: Json, name: unknown): number {
  return Object.values(mappingAt(value, ["taskRoles"])).filter(
    (role) => isJson(role) && role.dockerImage === name,
  ).length;
}

function choiceAt(value: Json, vault: Vault, path: Path): ImageChoice {
  const prerequisite = mappingAt(value, path);
  const uri = String(prerequisite.uri ?? "");
  if (!isJson(prerequisite.auth)) return { uri, auth: null };
  const { username, password, registryuri } = prerequisite.auth;
  return {
    uri,
    auth: {
      username: String(username ?? ""),
      password: known(value, vault, String(password ?? "")),
      registryuri: String(registryuri ?? ""),
    },
  };
}

/** The secret that a password refers to, where it is known; else the password as it is written. */
function known(value: Json, vault: Vault, password: string): string {
  const name = referredSecret(password);
  if (name === null) return password;
  const shown = mappingAt(value, ["secrets"])[name];
  return vault[name] !== undefined && shown === mask
    ? vault[name]
    : typeof shown === "string" && shown !== mask
      ? shown
      : password;
}

function sameChoice(one: ImageChoice, other: ImageChoice): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** With the choice in the prerequisite at `path`; a password in clear becomes a secret. */
function written({ text, vault }: Draft, path: Path, { uri, auth }: ImageChoice): Draft {
  const { value } = parseJob(text);
  const before = choiceAt(value, vault, path).auth;
  const secret = referredSecret(mappingAt(value, [...path, "auth"]).password);
  let now = setIn(text, [...path, "uri"], uri);
  if (auth === null) return { text: dropSecret(removeIn(now, [...path, "auth"]), secret), vault };
  for (const key of ["username", "registryuri"] as const)
    now =
      auth[key] === "" ? without(now, [...path, "auth", key]) : setIn(now, [...path, "auth", key], auth[key]);
  if (auth.password === before?.password && auth.password !== "") return { text: now, vault };
  if (auth.password === "" || referredSecret(auth.password) !== null) {
    const place = [...path, "auth", "password"];
    now = auth.password === "" ? without(now, place) : setIn(now, place, auth.password);
    return { text: dropSecret(now, secret), vault };
  }
  const taken = Object.keys(mappingAt(value, ["secrets"]));
  const name =
    secret !== null && taken.includes(secret) && !sharedSecret(value, path, secret)
      ? secret
      : freeName("docker_password", taken);
  now = setIn(now, ["secrets", name], mask);
  now = setIn(now, [...path, "auth", "password"], referenceTo(name));
  return { text: now, vault: { ...vault, [name]: auth.password } };
}

/** Whether something besides this log-in refers to the secret. */
function sharedSecret(value: Json, path: Path, name: string): boolean {
  const rest = listAt(value, ["prerequisites"]).filter((_, index) => index !== path.at(-1));
  return isReferred({ ...value, prerequisites: rest }, name);
}

function without(text: string, path: Path): string {
  const { value } = parseJob(text);
  const auth = mappingAt(value, path.slice(0, -1));
  const last = String(path.at(-1));
  if (!(last in auth)) return text;
  return Object.keys(auth).length > 1 ? removeIn(text, path) : setIn(text, path.slice(0, -1), {});
}
