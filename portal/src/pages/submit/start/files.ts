import { stringify } from "yaml";
import { setIn } from "../model/edit";
import { freshName } from "../model/name";
import { parseJob } from "../model/parse";

/** A job file that another program wrote as JSON, as people write one. */
export function asYaml(text: string): string {
  const { broken, value } = parseJob(text);
  return broken || !text.trimStart().startsWith("{")
    ? text.replace(/\r\n?/g, "\n")
    : stringify(value, { lineWidth: 0, blockQuote: "literal" });
}

/** The text with a name of its own. */
export function renamed(text: string): string {
  const { broken, value } = parseJob(text);
  return broken
    ? text
    : setIn(text, ["name"], freshName(typeof value.name === "string" ? value.name : "job"));
}
