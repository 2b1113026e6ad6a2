import { queryOptions } from "@tanstack/react-query";
import { answer, api, type Schemas } from "./client";

export type VirtualCluster = Schemas["VirtualClusterReply"];

/** All virtual clusters by name: what each is promised, and how much of it is used. */
export function virtualClusters() {
  return queryOptions({
    queryKey: ["cluster", "virtual-clusters"],
    queryFn: async () =>
      (await answer(api.GET("/api/v2/virtual-clusters"))) as Record<string, VirtualCluster>, // not the form by node
  });
}
