/** What the YAML editor knows: where it is in a file, what can stand there, what is wrong. */
import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import i18next from "i18next";
import { expect, test } from "vitest";
import { parseJob, placeOf } from "../../src/pages/submit/model/parse";
import { concerns, fromServer, meanwhile } from "../../src/pages/submit/model/problems";
import { localProblems } from "../../src/pages/submit/model/validate";
import { difference } from "../../src/pages/submit/yaml/CodeEditor";
import { completeJob, holderOf } from "../../src/pages/submit/yaml/complete";
import { schema } from "./schema";

const text = `name: a
prerequisites:
  - name: image
    type: dockerimage
    uri: busybox:1
  - name: digits
    type: data
taskRoles:
  worker:
    dockerImage: image
    resourcePerInstance:
      cpu: 1
    commands:
    - echo
parameters: {lr: 0.1}
`;

function suggested(before: string, after = ""): string[] {
  const state = EditorState.create({ doc: before + after });
  const { value } = parseJob(text);
  const result = completeJob(new CompletionContext(state, before.length, true), value, schema);
  return result?.options.map(({ label }) => label) ?? [];
}

test.each([
  ["", []],
  ["a:\n  ", ["a"]],
  ["a:\n  b:\n    c: 1\n  ", ["a"]],
  ["a:\n  b:\n    c: 1\n    ", ["a", "b"]],
  ["a:\n- x: 1\n  ", ["a", 0]],
  ["a:\n  - x: 1\n    y:\n  - ", ["a", 1]],
  ["a:\n  - x: 1\n  # note\n\n  - y:\n      ", ["a", 1, "y"]],
  ["a:\n  - x: 1\nb:\n  - ", ["b", 0]],
  ["a:\n  - z:\n    - q\n    - ", ["a", 0, "z", 1]],
])("the end of %j is in %j", (before, path) => {
  expect(holderOf(before)).toEqual(path);
});

test("keys are suggested where they can stand, those that are there left out", () => {
  const upTo = (words: string) => text.slice(0, text.indexOf(words) + words.length);
  const ofRole = suggested(`${upTo("    dockerImage: image\n")}    `);
  expect(ofRole).toContain("instances");
  expect(ofRole).not.toContain("dockerImage");
  expect(suggested(`${upTo("      cpu: 1\n")}      `)).toEqual(
    expect.arrayContaining(["gpu", "memoryMB", "ports"]),
  );
  expect(suggested(`${upTo("    type: data\n")}    `)).toContain("uri");
  expect(suggested("ty")).toContain("type");
});

test("values are suggested: constants, names that stand elsewhere, parameters", () => {
  expect(suggested("prerequisites:\n  - type: ")).toEqual(["dockerimage", "script", "data", "output"]);
  expect(suggested("taskRoles:\n  worker:\n    dockerImage: ")).toEqual(["image"]);
  expect(suggested("taskRoles:\n  worker:\n    data: di")).toEqual(["digits"]);
  expect(suggested("taskRoles:\n  worker:\n    commands:\n      - echo <% ")).toEqual([
    "<% $parameters.lr %>",
  ]);
  expect(suggested("extras:\n  hivedScheduler:\n    jobPriorityClass: ")).toContain("prod");
});

const wrong = (written: string) =>
  localProblems(parseJob(written), schema, i18next.t).map(({ message, line }) => `${line}: ${message}`);

test("the schema's mistakes are told at once, each at its line", () => {
  expect(wrong(text)).toEqual(
    expect.arrayContaining([
      "1: protocolVersion is missing.",
      "11: memoryMB is missing.",
      "11: gpu is missing.",
    ]),
  );
  const role =
    "taskRoles: {a: {dockerImage: i, commands: [], instances: 0, resourcePerInstance: {cpu: x, memoryMB: 1, gpu: 0}}}";
  expect(wrong(`protocolVersion: 2\nname: a b\ntype: jobs\nextra: 1\n${role}\n`)).toEqual([
    "2: a b is not possible here: letters, digits, _ and - only.",
    "3: It must be job.",
    "4: There is no field extra here.",
    "5: It must not be empty.",
    "5: It must be at least 1.",
    "5: It must be a whole number.",
  ]);
});

test("a problem of the server is found at its field, and at its line", () => {
  const parsed = parseJob(text);
  const told = {
    code: "X",
    message: "m",
    fix: null,
    line: 12,
    column: 12,
    path: "taskRoles.worker.resourcePerInstance.cpu",
  };
  const problem = fromServer(parsed, told, "error");
  expect(text.slice(problem.from, problem.to)).toBe("1");
  expect(concerns(problem, ["taskRoles", "worker", "resourcePerInstance", "cpu"])).toBe(true);
  expect(concerns(problem, ["taskRoles", "worker"])).toBe(false);
  expect(concerns(problem, ["taskRoles", "worker"], true)).toBe(true);
  const missing = fromServer(
    parsed,
    { ...told, line: null, path: "taskRoles.worker.resourcePerInstance.gpu" },
    "error",
  );
  expect(text.slice(missing.from, missing.to)).toBe("resourcePerInstance");
  expect(placeOf(parsed, ["prerequisites", 1, "type"])).toMatchObject({ from: text.indexOf("data\n") });
});

test("only what differs is changed in the editor", () => {
  expect(difference("abc", "abc")).toBeNull();
  for (const [before, after] of [
    ["abc", "abXc"],
    ["aaa", "aa"],
    ["", "x"],
    ["ab", ""],
    ["1 2 1", "1 2 1 2 1"],
  ] as const) {
    const change = difference(before, after);
    expect(change && before.slice(0, change.from) + change.insert + before.slice(change.to)).toBe(after);
  }
});

test("what the server said stays at its field until it has looked again, and no line of it is sure", () => {
  const parsed = parseJob(text);
  const told = { code: "X", message: "server", fix: null, line: 99, column: 1, path: "name" };
  const local = localProblems(parseJob("name: a b\n"), schema, i18next.t);
  const shown = meanwhile(parsed, [fromServer(parsed, told, "error")], local);
  expect(shown.filter(({ path }) => path?.[0] === "name")).toMatchObject([
    { message: "server", line: 1, stale: true },
  ]);
  expect(shown.filter(({ stale }) => !stale).map(({ message }) => message)).toContain("type is missing.");
});
