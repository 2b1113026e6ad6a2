import { removeIn, setIn } from "./edit";
import { parseJob } from "./parse";
import { isJson, type Json, listAt, mappingAt, type Path } from "./path";

/** Where a job asks for plugins. */
export const plugins: Path = ["extras", "com.microsoft.pai.runtimeplugin"];

/** Where the first plugin of this name stands; null where there is none. */
export function pluginAt(value: Json, name: string): Path | null {
  const index = listAt(value, plugins).findIndex((entry) => isJson(entry) && entry.plugin === name);
  return index < 0 ? null : [...plugins, index];
}

/** The parameters of the first plugin of this name. */
export function parametersOf(value: Json, name: string): Json {
  const path = pluginAt(value, name);
  return path ? mappingAt(value, [...path, "parameters"]) : {};
}

/** With a parameter of the plugin, which is asked for where it was not; `undefined` takes the parameter away. */
export function withParameter(text: string, name: string, inner: Path, put: unknown): string {
  const { value } = parseJob(text);
  const path = pluginAt(value, name);
  if (path === null) {
    if (put === undefined) return text;
    const added: Path = [...plugins, listAt(value, plugins).length];
    return setIn(setIn(text, added, { plugin: name }), [...added, "parameters", ...inner], put);
  }
  const place = [...path, "parameters", ...inner];
  return put === undefined ? removeIn(text, place) : setIn(text, place, put);
}

export function withoutPlugin(text: string, name: string): string {
  const path = pluginAt(parseJob(text).value, name);
  return path ? removeIn(text, path) : text;
}

/** Without the plugin where it would do nothing any more. */
export function withoutIdle(text: string, name: string): string {
  const { value } = parseJob(text);
  const { jobssh, userssh, ...others } = parametersOf(value, name);
  const idle = !jobssh && mappingAt({ userssh }, ["userssh"]).value === undefined;
  return idle && Object.keys(others).length === 0 ? withoutPlugin(text, name) : text;
}
