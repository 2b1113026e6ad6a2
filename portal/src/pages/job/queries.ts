import { queryOptions } from "@tanstack/react-query";
import { answer, api, type Schemas } from "../../api/client";
import { configOf } from "../../api/jobs";

export type JobDetail = Schemas["JobDetail"];
export type Task = Schemas["TaskStatus"];
export type TaskAttempt = Schemas["TaskAttemptFields"];
export type Pull = Schemas["Pull"];
export type Explanation = Schemas["ExplanationReply"];
export type JobExplanation = Schemas["JobExplanation"];
export type Diagnosis = Schemas["DiagnosisReply"];
export type Told = Schemas["Told"];
export type JobEvent = Schemas["EventReply"];

const forGood = { staleTime: Number.POSITIVE_INFINITY };

/** Of a job's parts: what `parts` begins is asked again when the job has changed. */
export const keys = {
  job: (job: string) => ["job", job] as const,
  detail: (job: string) => ["job", job, "detail"] as const,
  parts: (job: string) => ["job", job, "parts"] as const,
};

/** The job as it is now. `job` is `user~name`, here and below. */
export function jobDetail(job: string) {
  return queryOptions({
    queryKey: keys.detail(job),
    queryFn: async ({ client }) => {
      const before = client.getQueryData<JobDetail>(keys.detail(job));
      const fetched = await answer(api.GET("/api/v2/jobs/{job}", { params: { path: { job } } }));
      const after = client.getQueryData<JobDetail>(keys.detail(job));
      return after === undefined || after === before ? fetched : after; // what the stream told meanwhile is newer
    },
  });
}

/** The job with an attempt that is over. */
export function pastAttempt(job: string, attempt: number) {
  return queryOptions({
    queryKey: [...keys.job(job), "attempt", attempt],
    queryFn: () =>
      answer(api.GET("/api/v2/jobs/{job}/attempts/{attempt}", { params: { path: { job, attempt } } })),
    ...forGood,
  });
}

/** A task with all its attempts, newest first. */
export function taskHistory(job: string, jobAttempt: number, role: string, index: number) {
  return queryOptions({
    queryKey: [...keys.parts(job), "task", jobAttempt, role, index],
    queryFn: () =>
      answer(
        api.GET("/api/v2/jobs/{job}/attempts/{job_attempt}/taskRoles/{role}/taskIndex/{index}/attempts", {
          params: { path: { job, job_attempt: jobAttempt, role, index } },
        }),
      ),
  });
}

/** How often the numbers of a wait are asked for again, ms: other jobs change them, and to count them costs. */
const outlookEvery = 5000;

/** Why it waits and what it waited for. */
export function explanation(job: string, waiting: boolean) {
  return queryOptions({
    queryKey: [...keys.parts(job), "explanation"],
    refetchInterval: waiting ? outlookEvery : false,
    queryFn: () => answer(api.GET("/api/v2/jobs/{job}/explanation", { params: { path: { job } } })),
  });
}

/** What happened, newest first. */
export function jobEvents(job: string) {
  return queryOptions({
    queryKey: [...keys.parts(job), "events"],
    queryFn: async () =>
      (await answer(api.GET("/api/v2/jobs/{job}/events", { params: { path: { job } } }))).data,
  });
}

/** The job file as it counts, secrets masked. */
export function jobConfig(job: string) {
  return queryOptions({
    queryKey: [...keys.job(job), "config"],
    queryFn: async ({ signal }): Promise<unknown> => JSON.parse(await configOf(job, signal)),
    ...forGood,
  });
}

/** The same as people write it. */
export function jobYaml(job: string) {
  return queryOptions({
    queryKey: [...keys.job(job), "yaml"],
    queryFn: async ({ client }) => {
      const [config, { stringify }] = await Promise.all([client.fetchQuery(jobConfig(job)), import("yaml")]);
      return stringify(config, { lineWidth: 0 });
    },
    ...forGood,
  });
}

export async function deleteJob(job: string) {
  await answer(api.DELETE("/api/v2/jobs/{job}", { params: { path: { job } } }));
}
