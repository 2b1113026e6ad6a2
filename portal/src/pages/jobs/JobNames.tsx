import classes from "./JobNames.module.css";
import type { Chosen } from "./selection";

/** Jobs by name, one on a line, with whose they are where that is not `reader`. */
export function JobNames({ jobs, reader }: { jobs: readonly Chosen[]; reader: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to
    <ul className={classes.names} tabIndex={0}>
      {jobs.map((job) => (
        <li key={job.debugId}>
          <bdi>{job.name}</bdi>
          {job.username !== reader && <span className={classes.user}> · {job.username}</span>}
        </li>
      ))}
    </ul>
  );
}
