import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type FeedState, openFeed } from "../../api/feed";
import { useLive } from "../../app/live";
import { isFinal } from "../../components/StateBadge";
import { withPull } from "./pulls";
import { type JobDetail, jobDetail, keys, type Pull } from "./queries";
import { useParts } from "./useParts";

/** How often the page of a job that ended looks whether somebody had it run again, ms: its stream has ended. */
const againEvery = 15_000;

/** The same where another stream of the page takes the connection that the job's would. */
const meanwhileEvery = 3000;

/** The job as it is now, kept up to date by a stream until it is final, or without one of its own. `cutOff`: its
stream alone is lost. */
export function useJob(job: string, withStream: boolean) {
  const queries = useQueryClient();
  const { i18n } = useTranslation();
  const language = i18n.language;
  const { state: shell } = useLive();
  const [state, setState] = useState<FeedState>("connecting");
  const query = useQuery({
    ...jobDetail(job),
    refetchOnWindowFocus: "always",
    refetchInterval: ({ state: { data } }) => {
      if (data && isFinal(data.jobStatus.state)) return againEvery;
      return withStream ? false : meanwhileEvery;
    },
  });
  useParts(job, query.data);
  const goesOn = withStream && query.data !== undefined && !isFinal(query.data.jobStatus.state);
  const serverIsThere = shell !== "lost";

  useEffect(() => {
    // A cut line is noticed by the shell alone, since it hears the server's pings: its recovery opens this anew.
    if (!goesOn || !serverIsThere) return;
    setState("connecting");
    return openFeed({
      url: () => `/api/v2/jobs/${encodeURIComponent(job)}/watch?language=${language}`,
      on: {
        job: (data) => queries.setQueryData(keys.detail(job), JSON.parse(data) as JobDetail),
        pull: (data) => {
          const pull = JSON.parse(data) as Pull;
          queries.setQueryData<JobDetail>(keys.detail(job), (known) => known && withPull(known, pull));
        },
        end: () => undefined,
      },
      onState: (now) => {
        setState(now);
        if (now === "lost") queries.invalidateQueries({ queryKey: keys.detail(job) }); // it may be gone
      },
    });
  }, [queries, job, language, goesOn, serverIsThere]);

  return { query, cutOff: goesOn && serverIsThere && state === "lost" };
}
