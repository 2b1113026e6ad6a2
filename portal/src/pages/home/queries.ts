import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import { findJobs } from "../../api/jobs";

/** How many jobs of a user are in each state. */
export function jobCounts(username: string) {
  return queryOptions({
    queryKey: ["jobs", "counts", username],
    queryFn: async () =>
      (await answer(api.GET("/api/v2/job-counts", { params: { query: { username } } }))).counts,
  });
}

/** A user's newest jobs. */
export function recentJobs(username: string) {
  return queryOptions({
    queryKey: ["jobs", "recent", username],
    queryFn: async ({ signal }) => (await findJobs({ username, limit: 10 }, signal)).data,
  });
}
