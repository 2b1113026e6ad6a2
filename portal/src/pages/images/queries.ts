import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import i18next from "i18next";
import { answer, api, type Schemas } from "../../api/client";

export type Pull = Schemas["ImagePullReply"];
export type HeldImage = Schemas["HeldImageReply"];
export type Disk = Schemas["DiskReply"];
export type Cleaning = Schemas["CleaningReply"];

/** How often to look at pulls, ms: they move, or may begin. */
const every = { pulling: 1000, waiting: 3000, failed: 10_000, done: 10_000 } as const;
const none = 10_000;

/** All pulls that run, wait or failed, and those that came within the last hour. */
export function pulls() {
  return queryOptions({
    queryKey: ["pulls", i18next.language],
    queryFn: async () => (await answer(api.GET("/api/v2/images/pulls"))).data,
    refetchInterval: ({ state }) => Math.min(none, ...(state.data ?? []).map((pull) => every[pull.state])),
  });
}

export function isUnderWay(pull: Pull): boolean {
  return pull.state === "pulling" || pull.state === "waiting";
}

/** Has an image pulled in the background; for an admin. */
export function pullImage(image: string) {
  return answer(api.POST("/api/v2/images/pull", { body: { image } }));
}

/** The images on the disk, who needs them, and which may go. */
export function held() {
  return queryOptions({
    queryKey: ["images", "disk", i18next.language],
    queryFn: () => answer(api.GET("/api/v2/images/disk")),
    refetchInterval: none, // jobs begin and end
  });
}

export const pageOfRemovals = 20;

/** What was removed to make room, the latest first. */
export function removals(page: number) {
  const query = { offset: (page - 1) * pageOfRemovals, limit: pageOfRemovals };
  return queryOptions({
    queryKey: ["images", "removals", page, i18next.language],
    queryFn: () => answer(api.GET("/api/v2/images/removals", { params: { query } })),
    placeholderData: keepPreviousData,
  });
}

/** Removes what the marks of the disk demand, or only tells what that would be; for an admin. */
export function clean(dryRun: boolean): Promise<Cleaning> {
  return answer(api.POST("/api/v2/images/clean", { params: { query: { dryRun } } }));
}

/** What cleaning would do now. Asked anew each time. */
export function cleaningPlan() {
  return queryOptions({
    queryKey: ["images", "plan", i18next.language],
    queryFn: () => clean(true),
    staleTime: 0,
    gcTime: 0,
  });
}

/** Whose log-in: one's own where neither is given. */
export interface Whose {
  group?: string;
  default?: boolean;
}

export function removeCredential(registry: string, whose: Whose) {
  return answer(api.DELETE("/api/v2/credentials", { params: { query: { registry, ...whose } } }));
}

/** The groups that can be given a log-in. */
export function groups() {
  return queryOptions({
    queryKey: ["groups"],
    queryFn: async () => (await answer(api.GET("/api/v2/groups"))).map((group) => group.groupname),
  });
}
