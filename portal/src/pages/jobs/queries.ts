import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api, type Schemas } from "../../api/client";
import { order, type View } from "./address";

export type Job = Schemas["JobItem"];

/** One page of the jobs, and how many there are in all. The page before stays until it is there. */
export function jobPage(view: View) {
  return queryOptions({
    queryKey: ["jobs", "page", view],
    queryFn: async ({ signal }) => {
      const query = {
        username: view.usernames.join(","),
        state: view.states.join(","),
        vc: view.clusters.join(","),
        keyword: view.keyword,
        order: order(view),
        offset: (view.page - 1) * view.size,
        limit: view.size,
        withTotalCount: true,
      };
      const page = await answer(api.GET("/api/v2/jobs", { params: { query }, signal }));
      return Array.isArray(page) ? { totalCount: page.length, data: page } : page;
    },
    placeholderData: keepPreviousData,
  });
}

export async function stopJob(username: string, name: string): Promise<void> {
  const path = { job: `${username}~${name}` };
  await answer(api.PUT("/api/v2/jobs/{job}/executionType", { params: { path }, body: { value: "STOP" } }));
}
