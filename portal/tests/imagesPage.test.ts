import { expect, test } from "vitest";
import type { CatalogueImage } from "../src/api/images";
import { addressOf, filterOf, passes } from "../src/pages/images/catalogue/filter";
import { sharedReasons } from "../src/pages/images/catalogue/shared";
import { isWhose, whoseOf, wordOf } from "../src/pages/images/logins/whose";
import { inOrder, percentOf } from "../src/pages/images/pulls/progress";
import type { Pull } from "../src/pages/images/queries";

const silent = { code: "RegistrySilent", message: "It does not answer.", fix: null };
const old = { code: "GpuTooOld", message: "It is too old.", fix: null };
const image: CatalogueImage = {
  image: "openpai/standard:jax",
  line: "current",
  framework: "JAX",
  frameworkVersion: "0.10.2",
  components: [{ name: "JAX", version: "0.10.2" }],
  python: "3.11",
  kind: "gpu",
  cuda: "12.9",
  minDriver: "525.60.13",
  recipe: null,
  notes: [],
  onThisMachine: false,
  id: null,
  digest: null,
  sizeBytes: null,
  runs: false,
  reasons: [silent],
};
const pull: Pull = {
  image: "team/tool:v1",
  by: "admin",
  state: "pulling",
  since: 1000,
  doneBytes: 50,
  totalBytes: 200,
  layersDone: 0,
  layersTotal: 2,
  bytesPerSecond: 10,
  remainingSeconds: 15,
  reason: null,
  againTime: null,
};

test("the filter stands in the address and comes back from it", () => {
  const filter = { words: "jax 12", kind: "gpu", runs: true } as const;
  expect(filterOf(new URLSearchParams(addressOf(filter)))).toEqual(filter);
  expect(addressOf({ words: "", kind: "all", runs: false })).toEqual({});
  expect(filterOf(new URLSearchParams("kind=nonsense")).kind).toBe("all");
});

test.each([
  [{ words: "jax cuda 12" }, true],
  [{ words: "pytorch" }, false],
  [{ kind: "cpu" }, false],
  [{ runs: true }, false],
] as const)("an image passes the filter %j: %s", (part, expected) => {
  expect(passes(image, { words: "", kind: "all", runs: false, ...part })).toBe(expected);
});

test("what holds for all images of a list is said once, unless there are only a few", () => {
  const alsoOld = { ...image, reasons: [silent, old] };
  expect(sharedReasons([alsoOld, image, image])).toEqual([silent]);
  expect(sharedReasons([image, image])).toEqual([]);
  expect(sharedReasons([alsoOld, image, { ...image, reasons: [] }])).toEqual([]);
  expect(sharedReasons([])).toEqual([]);
});

test("how far a pull is, where that is known", () => {
  expect(percentOf(pull)).toBe(25);
  expect(percentOf({ ...pull, totalBytes: 0, layersDone: 1 })).toBe(50);
  expect(percentOf({ ...pull, totalBytes: 0, layersTotal: 0 })).toBeNull();
  expect(percentOf({ ...pull, state: "done", totalBytes: 0 })).toBe(100);
  expect(percentOf({ ...pull, doneBytes: 210 })).toBe(100);
});

test("pulls that move stand first, and the newest of those that ended before older ones", () => {
  const done = { ...pull, state: "done" } as const;
  const failed = { ...pull, state: "failed" } as const;
  const later = { ...done, since: 2000 };
  expect(inOrder([done, later, failed, pull])).toEqual([pull, failed, later, done]);
});

test("a log-in is set and removed for whom it is", () => {
  const credential = { owner: "vision", registry: "r", username: "robot", updatedTime: 0, counts: true };
  expect(whoseOf(wordOf({ ...credential, scope: "group" }))).toEqual({ group: "vision" });
  expect(whoseOf(wordOf({ ...credential, scope: "default" }))).toEqual({ default: true });
  expect(whoseOf(wordOf({ ...credential, scope: "user" }))).toEqual({});
  expect([isWhose("group:vision"), isWhose("vision"), isWhose(null)]).toEqual([true, false, false]);
});
