import { QueryClient } from "@tanstack/react-query";
import { Refusal } from "../api/errors";

const tries = 3;

/** What is asked of the server stays for a while, and is asked again when the live stream says that it changed. */
export function makeQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        // A refusal does not change by asking again; a server that restarts does.
        retry: (failures, error) => !(error instanceof Refusal) && failures < tries,
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}
