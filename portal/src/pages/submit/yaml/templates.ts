import type { CompletionContext, CompletionResult, CompletionSource } from "@codemirror/autocomplete";
import { type Json, mappingAt } from "../model/path";

/** Completes `<% $parameters.… %>` and `<% $secrets.… %>` by the names that the job has. */
export function completeTemplates(value: Json): CompletionSource {
  return (context) => templates(context, value);
}

export function templates(context: CompletionContext, value: Json): CompletionResult | null {
  const typed = context.matchBefore(/<%\s*\$?[\w.-]*/);
  if (!typed) return null;
  const options = (["parameters", "secrets"] as const).flatMap((kind) =>
    Object.keys(mappingAt(value, [kind])).map((name) => ({ label: `<% $${kind}.${name} %>` })),
  );
  return { from: typed.from, options };
}
