import { answer, api, type Schemas } from "./client";

export type Job = Schemas["JobItem"];

interface Wanted {
  username: string;
  state?: string;
  vc?: string;
  keyword?: string;
  order?: string;
  offset?: number;
  limit: number;
}

/** Some of the jobs, and how many there are in all. */
export async function findJobs(wanted: Wanted, signal: AbortSignal): Promise<Schemas["JobPage"]> {
  const query = { ...wanted, withTotalCount: true };
  const page = await answer(api.GET("/api/v2/jobs", { params: { query }, signal }));
  return Array.isArray(page) ? { totalCount: page.length, data: page } : page;
}

/** Has a job stopped, or run again. `job` is `user~name`, here and below. */
export async function setExecution(job: string, value: "START" | "STOP") {
  await answer(api.PUT("/api/v2/jobs/{job}/executionType", { params: { path: { job } }, body: { value } }));
}

/** The file of a job as JSON, which is YAML too, its secrets as `******`. */
export async function configOf(job: string, signal: AbortSignal): Promise<string> {
  const call = api.GET("/api/v2/jobs/{job}/config", { params: { path: { job } }, parseAs: "text", signal });
  return (await answer(call)) as string;
}
