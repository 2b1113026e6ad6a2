/** Which jobs are chosen, and what becomes of the wish to stop them. */
import { expect, test, vi } from "vitest";
import { Refusal } from "../src/api/errors";
import { type Job, setExecution } from "../src/api/jobs";
import { between, type Choice, choose, hasEnded } from "../src/pages/jobs/selection";
import { type Outcome, stopAll } from "../src/pages/jobs/stopping";

vi.mock("../src/api/jobs", () => ({ setExecution: vi.fn() }));

const job = (debugId: string, state = "RUNNING") =>
  ({ debugId, username: "me", name: `job-${debugId}`, state }) as Job;
const [a, b, c, d] = [job("a"), job("b"), job("c"), job("d")];
const ids = (jobs: Iterable<{ debugId: string }>) => [...jobs].map(({ debugId }) => debugId);

test("a choice keeps jobs of other pages, and gives up those that are taken out", () => {
  const empty: Choice = new Map();
  const both = choose(choose(empty, [a, b], true), [c], true);
  expect(ids(both.values())).toEqual(["a", "b", "c"]);
  expect(ids(choose(both, [b, d], false).values())).toEqual(["a", "c"]);
  expect(empty.size).toBe(0);
});

test("the shift key takes in what lies between, in either direction", () => {
  expect(ids(between([a, b, c, d], "b", "d"))).toEqual(["b", "c", "d"]);
  expect(ids(between([a, b, c, d], "d", "b"))).toEqual(["b", "c", "d"]);
  expect(ids(between([a, b, c, d], null, "c"))).toEqual(["c"]);
  expect(ids(between([a, b, c, d], "of another page", "c"))).toEqual(["c"]);
});

test("a job that is being stopped has not ended", () => {
  expect(["WAITING", "RUNNING", "STOPPING"].map((state) => hasEnded(job("x", state)))).not.toContain(true);
  expect(["SUCCEEDED", "FAILED", "STOPPED"].map((state) => hasEnded(job("x", state)))).not.toContain(false);
});

/** A server that stops all jobs but those of these names; the names of all that it is asked for. */
function serverThatRefuses(...names: string[]) {
  const asked: string[] = [];
  vi.mocked(setExecution).mockImplementation(async (job) => {
    const name = job.replace(/^me~/, "");
    asked.push(name);
    if (names.includes(name))
      throw new Refusal(403, { code: "ForbiddenUserError", message: "Not yours.", problems: [] });
  });
  return asked;
}

test("every job is asked for, and of each it is told what became of it", async () => {
  const asked = serverThatRefuses("job-b");
  const told: Outcome[] = [];
  await stopAll([a, b, c, d], (outcome) => told.push(outcome), new AbortController().signal);
  expect(asked.sort()).toEqual(["job-a", "job-b", "job-c", "job-d"]);
  expect(told.filter(({ error }) => error instanceof Refusal).map((each) => each.job)).toEqual([b]);
  expect(ids(told.map((each) => each.job)).sort()).toEqual(["a", "b", "c", "d"]);
});

test("who leaves while jobs are being stopped has no more of them stopped", async () => {
  const asked = serverThatRefuses();
  const leaving = new AbortController();
  await stopAll([a, b, c, d], () => leaving.abort(), leaving.signal);
  expect(asked).not.toContain("job-d");
});
