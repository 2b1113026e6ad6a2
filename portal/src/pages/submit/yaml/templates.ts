import type { CompletionContext, CompletionResult, CompletionSource } from "@codemirror/autocomplete";
import { type Json, mappingAt } from "../model/path";

/** Completes `<% $parameters.… %>` and `<% $secrets.… %>` by the names that the job has. */
export function completeTemplates(value: Json): CompletionSource {
  return (context) => templates(context, value);
}

export function templates(context: CompletionContext, value: Json): CompletionResult | null {
  const typed = context.matchBefore(/<%\s*\$?[\w.-]*/);
  if (!typed) return variables(context, value);
  const options = (["parameters", "secrets"] as const).flatMap((kind) =>
    Object.keys(mappingAt(value, [kind])).map((name) => ({ label: `<% $${kind}.${name} %>` })),
  );
  return { from: typed.from, options };
}

const known = [
  "PAI_CONTAINER_HOST_IP",
  "PAI_CONTAINER_SSH_PORT",
  "PAI_CURRENT_TASK_ROLE_CURRENT_TASK_INDEX",
  "PAI_CURRENT_TASK_ROLE_NAME",
  "PAI_JOB_NAME",
  "PAI_TASK_INDEX",
  "PAI_TASK_ROLE_COUNT",
  "PAI_TASK_ROLE_LIST",
  "PAI_USER_NAME",
];

/** The variables that every task has, and those about the tasks of each role. */
function variables(context: CompletionContext, value: Json): CompletionResult | null {
  const typed = context.matchBefore(/PAI_\w*/);
  if (!typed) return null;
  const roles = Object.keys(mappingAt(value, ["taskRoles"])).map((role) =>
    role.toLowerCase().replace(/[^a-z0-9]/g, ""),
  );
  const ofRoles = roles.flatMap((role) => [`PAI_HOST_IP_${role}_0`, `PAI_TASK_ROLE_TASK_COUNT_${role}`]);
  return { from: typed.from, options: [...known, ...ofRoles].map((label) => ({ label })) };
}
