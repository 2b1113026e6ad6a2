import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { type JobDetail, keys } from "./queries";
import { Throttle } from "./throttle";

/** How often at most, ms. */
const pause = 1000;

/** Has a job's events and the like asked for again whenever the job has changed. */
export function useParts(job: string, detail: JobDetail | undefined) {
  const queries = useQueryClient();
  const parts = useMemo(
    () => new Throttle(() => queries.invalidateQueries({ queryKey: keys.parts(job) }), pause),
    [queries, job],
  );
  const before = useRef(detail);

  useEffect(() => () => parts.finish(), [parts]);

  useEffect(() => {
    if (before.current !== undefined && before.current !== detail) parts.ask();
    before.current = detail;
  }, [parts, detail]);
}
