import { expect, test } from "vitest";
import { addressOf, askedBy, tasksOf } from "../../src/pages/job/logs/tasks";
import { aJob, aTask } from "../job";

test.each([
  "role=main&index=0",
  "role=main&index=0&taskAttempt=2&jobAttempt=1&stream=stderr&line=120",
  "role=ps&index=3&role=worker&index=0&line=2%3A7",
  "",
])("the address %j says what is seen, and what is seen gives the address", (address) => {
  expect(addressOf(askedBy(new URLSearchParams(address))).toString()).toBe(address);
});

test("an address that says nothing sensible asks for what is likely", () => {
  const asked = askedBy(new URLSearchParams("index=x&stream=none&line=a:b&jobAttempt=-1"));
  expect(asked).toEqual({ tasks: [], jobAttempt: null, stream: "all", line: null });
});

test("a task goes by its role's own name, as in the address that a failure leads to", () => {
  const job = aJob({ Chief_1: [aTask()] });
  expect(Object.keys(job.taskRoles)).toEqual(["chief1"]);
  expect(tasksOf(job).map(({ role }) => role)).toEqual(["Chief_1"]);
});
