import type { components } from "./schema";

export type Problem = components["schemas"]["ProblemReply"];

/** The server said no: each reason in the reader's language, with what to do about it. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: Problem[];

  constructor(status: number, body: unknown) {
    const told = isErrorReply(body)
      ? body
      : { code: "UnknownError", message: `HTTP ${status}`, problems: [] };
    super(told.message);
    this.name = "Refusal";
    this.status = status;
    this.code = told.code;
    this.problems = told.problems;
  }
}

/** The server did not answer at all. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super("the server does not answer", { cause });
    this.name = "Unreachable";
  }
}

function isErrorReply(body: unknown): body is components["schemas"]["ErrorReply"] {
  return typeof body === "object" && body !== null && "code" in body && "problems" in body;
}
