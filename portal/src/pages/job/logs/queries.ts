import { queryOptions } from "@tanstack/react-query";
import { answer, api, type Schemas } from "../../../api/client";

export type JobDetail = Schemas["JobDetail"];

/** The job with an attempt that is over. */
export function pastAttempt(job: string, attempt: number) {
  return queryOptions({
    queryKey: ["job", job, "attempt", attempt],
    queryFn: () =>
      answer(api.GET("/api/v2/jobs/{job}/attempts/{attempt}", { params: { path: { job, attempt } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** A task with all its attempts, newest first. */
export function taskHistory(job: string, jobAttempt: number, role: string, index: number) {
  return queryOptions({
    queryKey: ["job", job, "parts", "task", jobAttempt, role, index],
    queryFn: () =>
      answer(
        api.GET("/api/v2/jobs/{job}/attempts/{job_attempt}/taskRoles/{role}/taskIndex/{index}/attempts", {
          params: { path: { job, job_attempt: jobAttempt, role, index } },
        }),
      ),
  });
}
