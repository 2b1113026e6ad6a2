import { queryOptions } from "@tanstack/react-query";
import { answer, api, type Schemas } from "../../api/client";
import { Refusal } from "../../api/errors";

/** What goes to the server: the text, the secrets that it does not show, and the job that it is a clone of. */
export interface Request {
  config: string;
  secrets: Record<string, string>;
  cloneOf: string | null;
  /** What the tags name now, in place of the original's images. */
  newImages: boolean;
}

export type Plan = { refused: Schemas["ProblemReply"][] } | { found: Schemas["DryRun"] };

const again = 20_000; // ms; what is free changes

/** What would become of a job. A refusal is an answer too. */
export function planOf(request: Request, language: string) {
  return queryOptions({
    queryKey: ["submit", "plan", request, language],
    queryFn: ({ signal }) => plan(request, signal),
    gcTime: 0, // the secrets in it
    staleTime: 0,
    refetchInterval: again,
  });
}

async function plan(request: Request, signal: AbortSignal): Promise<Plan> {
  const params = { query: { dryRun: true } };
  try {
    const reply = await answer(api.POST("/api/v2/jobs", { params, body: bodyOf(request), signal }));
    return { found: reply as Schemas["DryRun"] };
  } catch (error) {
    if (!(error instanceof Refusal) || error.status === 401 || error.problems.length === 0) throw error;
    return { refused: error.problems };
  }
}

/** Hands the job in. The same `key` with the same request makes no second job. */
export async function submit(request: Request, key: string): Promise<Schemas["Submitted"]> {
  const params = { header: { "idempotency-key": key } };
  return (await answer(api.POST("/api/v2/jobs", { params, body: bodyOf(request) }))) as Schemas["Submitted"];
}

function bodyOf({ config, secrets, cloneOf, newImages }: Request) {
  return { config, secrets, ...(cloneOf ? { cloneOf, newImages } : {}) };
}

/** The SKUs of a virtual cluster, with what a cell of each has. */
export function skusOf(cluster: string) {
  return queryOptions({
    queryKey: ["cluster", "skus", cluster],
    queryFn: () =>
      answer(api.GET("/api/v2/virtual-clusters/{vc}/sku-types", { params: { path: { vc: cluster } } })),
    retry: false,
  });
}

export function storages() {
  return queryOptions({
    queryKey: ["storages"],
    queryFn: async () => (await answer(api.GET("/api/v2/storages"))).storages,
  });
}

/** The JSON Schema of the job file. */
export function jobSchema() {
  return queryOptions({
    queryKey: ["job-schema"],
    queryFn: () => answer(api.GET("/api/v2/job-schema")),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
