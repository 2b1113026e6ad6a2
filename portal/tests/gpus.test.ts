import { expect, test } from "vitest";
import { countByModel, gpuKind } from "../src/pages/cluster/gpus/count";
import type { Gpu, Node } from "../src/pages/cluster/queries";

const gpu = (more: Partial<Gpu> = {}): Gpu => ({
  index: 0,
  model: "V100",
  uuid: "GPU-0",
  memoryMB: 32_510,
  job: null,
  problem: null,
  processes: [],
  ...more,
});

const node = (gpus: Gpu[], more: Partial<Node> = {}): Node => ({
  name: "n",
  state: "ready",
  mark: null,
  architecture: "amd64",
  driver: "535",
  described: false,
  cpu: 8,
  memoryMB: 1024,
  skus: {},
  gpus,
  jobs: [{ name: "bob~idle", virtualCluster: "b", opportunistic: true, cells: {} }],
  ...more,
});

const problem = { code: "GpuLost", message: "It is lost.", fix: null };

test.each([
  [gpu(), {}, "free"],
  [gpu({ job: "ann~train" }), {}, "used"],
  [gpu({ job: "bob~idle" }), {}, "opportunistic"],
  [gpu({ problem }), {}, "bad"],
  [gpu({ processes: [{ pid: 1, name: "x" }] }), {}, "bad"],
  [gpu(), { state: "cordoned" }, "bad"],
  [gpu({ job: "ann~train", problem }), {}, "used"],
] as [Gpu, Partial<Node>, string][])("%j on a machine %j is %s", (one, more, kind) => {
  expect(gpuKind(one, node([one], more))).toBe(kind);
});

test("GPUs are counted by model over all machines, each once", () => {
  const counts = countByModel([
    node([gpu(), gpu({ job: "ann~train" }), gpu({ model: "T4" })]),
    node([gpu({ problem })], { described: true }),
  ]);
  expect([...counts]).toEqual([
    ["V100", { total: 3, used: 1, opportunistic: 0, bad: 1, free: 1, described: true }],
    ["T4", { total: 1, used: 0, opportunistic: 0, bad: 0, free: 1, described: false }],
  ]);
});
