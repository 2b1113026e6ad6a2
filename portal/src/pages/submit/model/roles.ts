import { removeIn, renameIn, setIn } from "./edit";
import { dropUnused } from "./images";
import { freeName } from "./name";
import { parseJob } from "./parse";
import { at, isJson, type Json, listAt, mappingAt, type Path } from "./path";
import { plugins } from "./plugins";

export const roleName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export function roleNames(value: Json): string[] {
  return Object.keys(mappingAt(value, ["taskRoles"]));
}

/** One role more, in the image of the last one. */
export function addRole(text: string): string {
  const { value } = parseJob(text);
  const names = roleNames(value);
  const last = mappingAt(value, ["taskRoles", names.at(-1) ?? ""]);
  return setIn(text, ["taskRoles", freeName("taskrole", names)], {
    instances: 1,
    ...(typeof last.dockerImage === "string" ? { dockerImage: last.dockerImage } : {}),
    resourcePerInstance: { cpu: 1, memoryMB: 1024, gpu: 0 },
    commands: ["echo hello"],
  });
}

/** Without the role, and without what the rest of the text says of it alone. */
export function removeRole(text: string, name: string): string {
  const { value } = parseJob(text);
  const image = mappingAt(value, ["taskRoles", name]).dockerImage;
  let now = removeIn(text, ["taskRoles", name]);
  for (const path of placesOf(value, name).toReversed()) now = removeIn(now, entryOf(value, path));
  return typeof image === "string" ? dropUnused(now, image) : now;
}

/** With another name for the role, wherever it is named. */
export function renameRole(text: string, name: string, next: string): string {
  const { value } = parseJob(text);
  let now = renameIn(text, ["taskRoles", name], next);
  for (const path of placesOf(value, name))
    now = path.at(-1) === name ? renameIn(now, path, next) : setIn(now, path, next);
  return now;
}

/** The deployment or plugin that is for this role alone: without it, it would be for all, or for none. */
function entryOf(value: Json, path: Path): Path {
  const holder = at(value, path.slice(0, -1));
  const listed = path[0] === "deployments" ? 2 : path[1] === plugins[1] ? 3 : null;
  return listed !== null && Object.keys(holder ?? {}).length === 1 ? path.slice(0, listed) : path;
}

/** Where else the role is named, as a key or in a list. */
function placesOf(value: Json, name: string): Path[] {
  const found: Path[] = [];
  const cells: Path = ["extras", "hivedScheduler", "taskRoles"];
  if (name in mappingAt(value, cells)) found.push([...cells, name]);
  for (const [index, deployment] of listAt(value, ["deployments"]).entries())
    if (name in mappingAt(deployment, ["taskRoles"])) found.push(["deployments", index, "taskRoles", name]);
  for (const [index, plugin] of listAt(value, plugins).entries())
    if (isJson(plugin))
      for (const [place, role] of listAt(plugin, ["taskroles"]).entries())
        if (role === name) found.push([...plugins, index, "taskroles", place]);
  return found;
}
