import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { findJobs } from "../../api/jobs";
import { order, type View } from "./address";

/** One page of the jobs, and how many there are in all. The page before stays until it is there. */
export function jobPage(view: View) {
  return queryOptions({
    queryKey: ["jobs", "page", view],
    queryFn: ({ signal }) => {
      const wanted = {
        username: view.usernames.join(","),
        state: view.states.join(","),
        vc: view.clusters.join(","),
        keyword: view.keyword,
        order: order(view),
        offset: (view.page - 1) * view.size,
        limit: view.size,
      };
      return findJobs(wanted, signal);
    },
    placeholderData: keepPreviousData,
  });
}
