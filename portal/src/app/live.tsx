import { type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { announceSessionEnd } from "../api/client";
import { type FeedState, openFeed } from "../api/feed";
import { fetchSession } from "../api/session";
import { useSessionState } from "./session";

export interface Live {
  state: FeedState;
  /** Since when nothing is heard any more, ms; null while it is live. */
  since: number | null;
}

const Context = createContext<Live>({ state: "connecting", since: null });

/** Since the server pings every 15 s, who hears nothing for this long was cut off. */
const silence = 40_000;

/** Listens to the server's changes, has what they concern asked again, and knows whether it still hears it. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const { ended } = useSessionState();
  const [live, setLive] = useState<Live>({ state: "connecting", since: null });

  useEffect(() => {
    if (ended) return;
    let cutOff = false;
    return openFeed({
      url: () => "/api/v2/changes",
      silence,
      on: {
        jobs: () => {
          askAgain(queries, ["jobs"]);
          askAgain(queries, ["cluster"]);
        },
        ping: () => undefined,
      },
      onState: (state) => {
        setLive((before) => ({ state, since: state === "lost" ? (before.since ?? Date.now()) : null }));
        if (state !== "live") cutOff = true;
        if (state === "lost") {
          // A stream does not tell why it was refused.
          fetchSession().then(
            (session) => session === null && announceSessionEnd(),
            () => undefined,
          );
        }
        if (state === "live" && cutOff) {
          cutOff = false;
          queries.invalidateQueries();
        }
      },
    });
  }, [queries, ended]);

  return <Context value={live}>{children}</Context>;
}

/** Asks again for all under a key; where that is under way, once more after it, since the reply may be from before. */
export async function askAgain(queries: QueryClient, queryKey: QueryKey) {
  const underWay = queries.isFetching({ queryKey }) > 0;
  await queries.invalidateQueries({ queryKey }, { cancelRefetch: false });
  if (underWay) await queries.invalidateQueries({ queryKey }, { cancelRefetch: false });
}

/** Whether what is shown is kept up to date. */
export function useLive(): Live {
  return useContext(Context);
}
