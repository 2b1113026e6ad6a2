import type { Schemas } from "../../../api/client";
import type { Gpu, Node } from "../queries";

export const gpuKinds = ["free", "used", "opportunistic", "bad"] as const;
export type GpuKind = (typeof gpuKinds)[number];

/** What a GPU is to the one who looks for a place. One of a machine that takes nothing new is not free. */
export function gpuKind(gpu: Gpu, node: Node): GpuKind {
  if (gpu.job !== null) {
    return node.jobs.some(({ name, opportunistic }) => name === gpu.job && opportunistic)
      ? "opportunistic"
      : "used";
  }
  return gpu.problem !== null || gpu.processes.length > 0 || node.state !== "ready" ? "bad" : "free";
}

/** The GPUs of each model, by what they are. */
export function countByModel(nodes: readonly Node[]): Map<string, Schemas["SkuUse"]> {
  const counts = new Map<string, Schemas["SkuUse"]>();
  for (const node of nodes) {
    for (const gpu of node.gpus) {
      const use = counts.get(gpu.model) ?? emptyUse();
      counts.set(gpu.model, use);
      use.total += 1;
      use.described ||= node.described;
      use[gpuKind(gpu, node)] += 1;
    }
  }
  return counts;
}

function emptyUse(): Schemas["SkuUse"] {
  return { total: 0, used: 0, opportunistic: 0, bad: 0, free: 0, described: false };
}
