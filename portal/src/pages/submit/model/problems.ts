import type { Schemas } from "../../../api/client";
import { lineOf, type Parsed, type Place, placeOf } from "./parse";
import { type Path, spell, unspell } from "./path";

/** Something wrong, or to be known, with its place in the form and in the text. */
export interface Problem extends Place {
  severity: "error" | "warning";
  code: string;
  message: string;
  fix: string | null;
  line: number;
  /** Null where it concerns no single field. */
  path: Path | null;
  /** It was so before the last change, and may not be any more. */
  stale?: boolean;
}

/** A mistake as a check of the portal's own finds it. */
export function problemAt(parsed: Parsed, path: Path, code: string, message: string): Problem {
  return placed(parsed, { severity: "error", code, message, fix: null, path });
}

/** That the text cannot be read, where that is. */
export function brokenAt(parsed: Parsed, message: string): Problem {
  const { from, to } = parsed.broken ?? { from: 0, to: 0 };
  const { line } = lineOf(parsed.text, from);
  return { severity: "error", code: "YamlSyntax", message, fix: null, path: null, from, to, line };
}

/** A problem that the server tells, with its place. */
export function fromServer(
  parsed: Parsed,
  told: Schemas["ProblemReply"],
  severity: "error" | "warning",
): Problem {
  const path = told.path ? unspell(told.path, parsed.value) : null;
  const problem = { severity, code: told.code, message: told.message, fix: told.fix, path };
  if (told.line === null || told.line === undefined) return placed(parsed, problem);
  const from = positionOf(parsed.text, told.line, told.column ?? 1);
  const here = path ? placeOf(parsed, path) : null;
  const inside = here && lineOf(parsed.text, here.from).line === told.line ? here : null;
  return {
    ...problem,
    line: told.line,
    from: inside?.from ?? from,
    to: inside?.to ?? endOfLine(parsed.text, from),
  };
}

/** What is to be shown until the server has looked again: what it said before, and what is plainly wrong now. */
export function meanwhile(parsed: Parsed, before: Problem[], now: Problem[]): Problem[] {
  const still = before
    .filter(({ path }) => path !== null)
    .map((each) => ({ ...placed(parsed, each), stale: true }));
  const told = new Set(still.map(({ path }) => spell(path ?? [])));
  return [...still, ...now.filter(({ path }) => !told.has(spell(path ?? [])))];
}

/** A check of a dry run that says no, or warns. */
export function fromVerdict(parsed: Parsed, told: Schemas["VerdictReply"]): Problem {
  return fromServer(
    parsed,
    { code: told.code, message: told.message, fix: told.fix, path: told.path, line: null, column: null },
    told.verdict === "fail" ? "error" : "warning",
  );
}

function placed(parsed: Parsed, problem: Omit<Problem, "line" | keyof Place>): Problem {
  const place = placeOf(parsed, problem.path ?? []);
  return { ...problem, ...place, line: lineOf(parsed.text, place.from).line };
}

function positionOf(text: string, line: number, column: number): number {
  let from = 0;
  for (let count = 1; count < line; count += 1) {
    const end = text.indexOf("\n", from);
    if (end < 0) return text.length;
    from = end + 1;
  }
  return Math.min(from + column - 1, text.length);
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** Whether a problem is at a field, or with `deep` at what is in it. */
export function concerns({ path }: Problem, field: Path, deep = false): boolean {
  if (path === null || path.length < field.length) return false;
  return (deep || path.length === field.length) && spell(path.slice(0, field.length)) === spell(field);
}
