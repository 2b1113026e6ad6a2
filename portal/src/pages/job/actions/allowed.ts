import type { Session } from "../../../api/session";
import { isFinal } from "../../../components/StateBadge";
import type { JobDetail } from "../queries";

/** Why a person may not do something with a job; null: he may. */
export type Hindrance = "othersJob" | "ended" | "stops" | "goesOn" | null;

export interface Allowed {
  stop: Hindrance;
  runAgain: Hindrance;
  remove: Hindrance;
}

/** What the server would let this person do with the job as it is. */
export function allowed(job: JobDetail, session: Session): Allowed {
  const { state, username, executionType } = job.jobStatus;
  if (username !== session.username && !session.admin) {
    return { stop: "othersJob", runAgain: "othersJob", remove: "othersJob" };
  }
  if (isFinal(state)) return { stop: "ended", runAgain: null, remove: null };
  const stops = executionType === "STOP";
  return { stop: stops ? "stops" : null, runAgain: stops ? "stops" : "goesOn", remove: "goesOn" };
}
