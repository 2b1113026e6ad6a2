import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Schema } from "../../src/pages/submit/model/schema";

const root = join(import.meta.dirname, "../../..");

/** The job file's schema, as the server gives it. */
export const schema: Schema = JSON.parse(
  execFileSync(join(root, ".venv/bin/python"), ["-m", "openpai", "schema"], { cwd: root, encoding: "utf8" }),
);
