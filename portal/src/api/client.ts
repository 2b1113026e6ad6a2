import i18next from "i18next";
import createClient, { type Middleware } from "openapi-fetch";
import { Refusal, Unreachable } from "./errors";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

const sessionPath = "/api/v2/session";
const ends = new EventTarget();

/** Calls `listener` when the server says that nobody is signed in any more; returns how to stop that. */
export function onSessionEnd(listener: () => void): () => void {
  ends.addEventListener("end", listener);
  return () => ends.removeEventListener("end", listener);
}

export function announceSessionEnd() {
  ends.dispatchEvent(new Event("end"));
}

const edge: Middleware = {
  onRequest({ request }) {
    request.headers.set("Accept-Language", i18next.language ?? "en");
    request.headers.set("X-PAI-Portal", "1"); // without it the server takes no change from a browser
  },
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && schemaPath !== sessionPath) announceSessionEnd();
  },
  onError({ error }) {
    return new Unreachable(error);
  },
};

/** The server's calls, typed by its own description (schema.d.ts, made by scripts/portal-types). */
export const api = createClient<paths>({ baseUrl: location.origin, cache: "no-store" });
api.use(edge);

interface Reply<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** What the server answered. Throws `Refusal` with what it says against it, `Unreachable`. */
export async function answer<Data>(call: Promise<Reply<Data>>): Promise<Data> {
  const { data, error, response } = await call;
  if (!response.ok) throw new Refusal(response.status, error);
  return data as Data;
}
