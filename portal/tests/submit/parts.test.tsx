/** Parts of the submit page without a server. */
import { expect, test, vi } from "vitest";
import { ranges } from "../../src/components/ranges";
import { cellsFor } from "../../src/pages/submit/form/ResourceFields";
import { asYaml, renamed } from "../../src/pages/submit/start/files";
import {
  draftOfTab,
  draftsOf,
  dropDraft,
  leaveDraftOfTab,
  saveDraft,
} from "../../src/pages/submit/state/drafts";

test("cells next to one another are told as a range", () => {
  expect(ranges([3, 0, 1, 2, 7, 9, 10])).toBe("0–3, 7, 9–10");
  expect(ranges([])).toBe("");
});

test("a task takes as many cells as its scarcest amount", () => {
  const cell = { cpu: 6, memory: 60_000, gpu: 1 };
  expect(cellsFor({ cpu: 12, memory: 100, gpu: 1 }, cell)).toBe(2);
  expect(cellsFor({ cpu: 1, memory: 100, gpu: 4 }, cell)).toBe(4);
  expect(cellsFor({ cpu: 1, memory: undefined, gpu: "x" }, cell)).toBe(1);
  expect(cellsFor({ cpu: 1, memory: 1, gpu: 1 }, { cpu: 4, memory: 1, gpu: 0 })).toBeNull();
});

test("a file that is JSON becomes YAML, one that is YAML stays", () => {
  expect(asYaml('{"name": "a", "taskRoles": {"r": {"commands": ["a\\nb\\n"]}}}')).toBe(
    "name: a\ntaskRoles:\n  r:\n    commands:\n      - |\n        a\n        b\n",
  );
  expect(asYaml("# mine\r\nname: a\r\n")).toBe("# mine\nname: a\n");
  expect(renamed("# mine\nname: a_00000000\n")).toMatch(/^# mine\nname: a_[0-9a-f]{8}\n$/);
});

const draft = (id: string, saved: number) => ({ id, text: `name: ${id}\n`, cloneOf: null, saved });

test("a user's drafts are kept, the newest ten of them, and nobody else's are seen", () => {
  for (let count = 1; count <= 12; count += 1) saveDraft("alice", draft(`d${count}`, count));
  saveDraft("bob", draft("his", 1));
  expect(draftsOf("alice").map(({ id }) => id)).toEqual(
    Array.from({ length: 10 }, (_, index) => `d${12 - index}`),
  );
  dropDraft("alice", "d12");
  expect(draftsOf("alice")[0]).toEqual(draft("d11", 11));
  localStorage.setItem("openpai.draft.alice.broken", "{");
  expect(draftsOf("alice")).toHaveLength(9);
});

test("a browser that keeps nothing loses the draft and nothing else", () => {
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new DOMException("full", "QuotaExceededError");
  });
  expect(() => saveDraft("alice", draft("x", 1))).not.toThrow();
});

test("a tab goes on with its own draft, one for each clone, until it is submitted", () => {
  const id = draftOfTab("");
  expect(draftOfTab("")).toBe(id);
  expect(draftOfTab("bob~train")).not.toBe(id);
  leaveDraftOfTab("");
  expect(draftOfTab("")).not.toBe(id);
});
