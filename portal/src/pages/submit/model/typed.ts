/** What a text that somebody typed is in YAML: a number or truth value where it is written as one, else the text. */
export function typed(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return text !== "" && Number.isFinite(number) && String(number) === text ? number : text;
}

/** A value as it is typed; null for what only YAML can show. */
export function typeable(value: unknown): string | null {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? null : String(value);
}
