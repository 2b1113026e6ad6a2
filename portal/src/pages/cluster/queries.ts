import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api, type Schemas } from "../../api/client";

export type Cell = Schemas["CellReply"];
export type Node = Schemas["NodeReply"];
export type Gpu = Node["gpus"][number];

/** What an administrator wishes of a node; with `wait` what runs there goes on to its end. */
export interface NodeWish {
  value: "ready" | "cordon" | "drain";
  wait: boolean;
}

/** All machines: their state, their cells, their GPUs, and the jobs there. */
export function nodes() {
  return queryOptions({
    queryKey: ["cluster", "nodes"],
    queryFn: async () => (await answer(api.GET("/api/v2/cluster/nodes"))).nodes,
  });
}

/** The cells that are there, or that a virtual cluster is promised; of those with these addresses what is in them too. */
export function cells(vc: string | null, opened: readonly string[]) {
  return queryOptions({
    queryKey: ["cluster", "cells", vc, opened],
    queryFn: async () => {
      const query = { open: ["", ...opened] }; // without any, the server would open all
      const call =
        vc === null
          ? api.GET("/api/v2/cluster/cells", { params: { query } })
          : api.GET("/api/v2/virtual-clusters/{vc}/cells", { params: { path: { vc }, query } });
      return (await answer(call)).cells;
    },
    placeholderData: keepPreviousData, // the tree stays while what was opened comes
  });
}

/** The cluster file, and what is wrong with it. For administrators. */
export function clusterFile() {
  return queryOptions({
    queryKey: ["cluster", "file"],
    queryFn: () => answer(api.GET("/api/v2/cluster/file")),
  });
}

/** Keep a node free, or let it be as any other. */
export async function markNode(node: string, wish: NodeWish): Promise<string> {
  const call = api.PUT("/api/v2/cluster/nodes/{node}/state", { params: { path: { node } }, body: wish });
  return (await answer(call)).message;
}
