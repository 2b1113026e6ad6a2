import { expect, test } from "vitest";
import { addressOf, askedBy } from "../../src/pages/job/logs/tasks";

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
