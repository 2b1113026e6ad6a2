/** A change of the form changes its lines of the text, and no other letter. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { insertIn, removeIn, renameIn, setIn } from "../../src/pages/submit/model/edit";
import { parseJob } from "../../src/pages/submit/model/parse";
import { at, type Path, withValue } from "../../src/pages/submit/model/path";

const root = join(import.meta.dirname, "../../..");
const examples = globSync("examples/**/*.yaml", { cwd: root }).map((name) => ({
  name,
  text: readFileSync(join(root, name), "utf8"),
}));

const byHand = `# A job of mine
protocolVersion: 2
name: mine   # the name
type: job
unknown: {kept: [1, 2]}   # not ours
prerequisites:
- name: image   # lists as far out as their key
  type: dockerimage
  uri: 'busybox:1'

taskRoles:
    # the trainer
    train:
        instances: 1
        dockerImage: image
        resourcePerInstance: {cpu: 1, memoryMB: 64, gpu: 0}   # little
        commands:
        - echo one   # first
        # between
        - |
          two
            three

        - "four"
extras: {}
`;

/** The lines of one text that the other lacks, each way. */
function difference(before: string, after: string): { gone: string[]; come: string[] } {
  const [old, now] = [before.split("\n"), after.split("\n")];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail))
    tail += 1;
  return { gone: old.slice(head, old.length - tail), come: now.slice(head, now.length - tail) };
}

test.each([
  ["a value", ["name"], "other", ["name: mine   # the name"], ["name: other   # the name"]],
  [
    "a value in quotes",
    ["prerequisites", 0, "uri"],
    "alpine:3",
    ["  uri: 'busybox:1'"],
    ["  uri: 'alpine:3'"],
  ],
  [
    "a value between braces",
    ["taskRoles", "train", "resourcePerInstance", "cpu"],
    4,
    ["        resourcePerInstance: {cpu: 1, memoryMB: 64, gpu: 0}   # little"],
    ["        resourcePerInstance: {cpu: 4, memoryMB: 64, gpu: 0}   # little"],
  ],
  [
    "a new key between braces",
    ["taskRoles", "train", "resourcePerInstance", "ports"],
    { http: 2 },
    ["        resourcePerInstance: {cpu: 1, memoryMB: 64, gpu: 0}   # little"],
    ["        resourcePerInstance: {cpu: 1, memoryMB: 64, gpu: 0, ports: {http: 2}}   # little"],
  ],
  ["a new key, where people write it", ["jobRetryCount"], 2, [], ["jobRetryCount: 2"]],
  ["a new key of a role", ["taskRoles", "train", "taskRetryCount"], 3, [], ["        taskRetryCount: 3"]],
  [
    "keys in a mapping that is not there",
    ["taskRoles", "train", "extraContainerOptions", "shmMB"],
    64,
    [],
    ["        extraContainerOptions:", "          shmMB: 64"],
  ],
  ["an item more", ["taskRoles", "train", "commands", 3], "five", [], ["        - five"]],
  [
    "an item",
    ["taskRoles", "train", "commands", 0],
    "echo 1",
    ["        - echo one   # first"],
    ["        - echo 1   # first"],
  ],
  [
    "an item of several lines",
    ["taskRoles", "train", "commands", 1],
    "two\n  four\n",
    ["            three"],
    ["            four"],
  ],
  [
    "what an empty mapping holds",
    ["extras"],
    { a: { b: true } },
    ["extras: {}"],
    ["extras:", "  a:", "    b: true"],
  ],
] as [string, Path, unknown, string[], string[]][])(
  "only its lines change: %s",
  (_, path, value, gone, come) => {
    const after = setIn(byHand, path, value);
    expect(difference(byHand, after)).toEqual({ gone, come });
    expect(parseJob(after).value).toEqual(withValue(parseJob(byHand).value, path, value));
  },
);

test("what is taken away takes its lines with it, and the empty mapping above it", () => {
  const added = setIn(byHand, ["taskRoles", "train", "extraContainerOptions", "shmMB"], 64);
  expect(removeIn(added, ["taskRoles", "train", "extraContainerOptions", "shmMB"])).toBe(byHand);
  const shorter = removeIn(byHand, ["taskRoles", "train", "commands", 1]);
  expect(difference(byHand, shorter).come).toEqual([]);
  expect(shorter).toContain("# between");
});

test("a key is renamed where it stands", () => {
  expect(difference(byHand, renameIn(byHand, ["taskRoles", "train"], "worker"))).toEqual({
    gone: ["    train:"],
    come: ["    worker:"],
  });
});

test("what goes through an alias or a merged mapping changes this place alone", () => {
  const text = `base: &b {cpu: 1, gpu: 0}\none: *b\ntwo:\n  <<: *b\n  cpu: 2\n`;
  const after = setIn(setIn(text, ["one", "cpu"], 7), ["two", "gpu"], 1);
  expect(parseJob(after).value).toEqual({
    base: { cpu: 1, gpu: 0 },
    one: { cpu: 7, gpu: 0 },
    two: { cpu: 2, gpu: 1 },
  });
  expect(after).toContain("<<: *b");
});

test("what an alias stands for elsewhere can be taken away and changed", () => {
  const text = `# top\none: &a {x: 1, y: [1]}\ntwo: *a\nthree: {z: *a}\n`;
  const { value } = parseJob(text);
  for (const path of paths(value)) {
    expect(parseJob(removeIn(text, path)).broken).toBeNull();
    expect(at(parseJob(setIn(text, path, "new")).value, path)).toBe("new");
  }
  expect(parseJob(removeIn(text, ["one"])).value).toEqual({
    two: { x: 1, y: [1] },
    three: { z: { x: 1, y: [1] } },
  });
});

test("an item goes in before another, the others stay", () => {
  const path = ["taskRoles", "train", "commands", 1];
  expect(difference(byHand, insertIn(byHand, path, "new"))).toEqual({ gone: [], come: ["        - new"] });
  const first = insertIn(byHand, [...path.slice(0, -1), 0], "new");
  expect(difference(byHand, first)).toEqual({ gone: [], come: ["        - new"] });
});

test.each(["", "# only a comment", "null\n", "extras:\n", "a: 1"])("something can be put into %j", (text) => {
  const after = setIn(text, ["extras", "storages", 0, "name"], "data");
  expect(at(parseJob(after).value, ["extras", "storages", 0, "name"])).toBe("data");
  if (text.includes("#")) expect(after).toContain(text);
});

test("JSON stays JSON where it can", () => {
  const text = `{"name": "a", "taskRoles": {"r": {"commands": ["x"]}}}`;
  expect(setIn(text, ["name"], "b")).toBe(`{"name": "b", "taskRoles": {"r": {"commands": ["x"]}}}`);
  expect(parseJob(setIn(text, ["secrets", "s"], "1")).value).toMatchObject({ secrets: { s: "1" } });
});

test.each([
  "010",
  "1_000",
  "0b1",
  "true",
  "1e3",
  "",
  " a ",
  "# no",
  "a: b",
  "- x",
  "@",
  "******",
  "é 中 ‏",
  "{",
])("the text %j stays a text", (value) => {
  expect(at(parseJob(setIn(byHand, ["parameters", "p"], value)).value, ["parameters", "p"])).toBe(value);
  expect(setIn(byHand, ["parameters", "p"], value)).not.toMatch(/p: 0|p: 1/);
});

/** Every path of a document, the deepest last. */
function paths(value: unknown, before: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [before];
  const inner = Array.isArray(value) ? value.map((item, i) => [i, item] as const) : Object.entries(value);
  return [
    ...(before.length > 0 ? [before] : []),
    ...inner.flatMap(([key, item]) => paths(item, [...before, key])),
  ];
}

test.each(examples)(
  "every value of $name can be changed, and only its lines do",
  ({ text }) => {
    const { value } = parseJob(text);
    for (const path of paths(value)) {
      const old = at(value, path);
      if (typeof old === "object") continue;
      const put = typeof old === "number" ? old + 1 : typeof old === "boolean" ? !old : `x${old}`;
      const after = setIn(text, path, put);
      const { gone, come } = difference(text, after);
      const folded = gone.length > 1; // one text over several lines: it is one line then
      expect([path, come.length, gone.length]).toEqual([path, 1, folded ? gone.length : 1]);
      if (!folded) expect(setIn(after, path, old)).toBe(text);
      else expect(parseJob(setIn(after, path, old)).value).toEqual(value);
    }
  },
  30_000,
);

test.each(examples)(
  "whatever is taken from $name, its comments and the rest stay",
  ({ text }) => {
    const { value } = parseJob(text);
    for (const path of paths(value)) {
      const after = removeIn(text, path);
      const { come } = difference(text, after);
      expect([path, come.length <= 1]).toEqual([path, true]);
      expect(at(parseJob(after).value, path)).not.toEqual(at(value, path) ?? Symbol());
    }
  },
  30_000,
);
