import type { Job } from "../../api/jobs";
import { StateBadge } from "../../components/StateBadge";
import classes from "./StateAndReason.module.css";

/** The state of a job, and below it why it waits or failed. */
export function StateAndReason({ job }: { job: Job }) {
  return (
    <>
      <StateBadge state={job.state} />
      {job.reason !== null && (
        <div className={classes.reason} dir="auto" title={job.reason}>
          {job.reason}
        </div>
      )}
    </>
  );
}
