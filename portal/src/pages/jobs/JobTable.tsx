import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Job } from "../../api/jobs";
import { useFormat } from "../../components/format";
import { JobLink } from "../../components/JobLink";
import { Moment } from "../../components/Moment";
import { Span } from "../../components/Span";
import { columns } from "./columns";
import classes from "./JobTable.module.css";
import type { ListProps, RowProps } from "./list";
import { SelectAll, SelectJob } from "./Select";
import { SortHeader } from "./SortHeader";
import { StateAndReason } from "./StateAndReason";
import { useRows } from "./useRows";

/** About how high its row is, px: with a reason of two lines or without. */
const rowHeight = (job: Job) => (job.reason === null ? 42 : 73);

/** The jobs of a page as a table, of which the rows that are seen are there. */
export function JobTable({ jobs, view, change, selection, toggle, stale }: ListProps) {
  const { t } = useTranslation();
  const { list, shown, before, after, measure } = useRows(jobs, rowHeight);
  return (
    <div ref={list} className={classes.frame}>
      <table
        className={classes.table}
        aria-label={t("shell.page.jobs")}
        aria-rowcount={jobs.length + 1}
        aria-busy={stale}
        data-stale={stale}
      >
        <thead>
          <tr aria-rowindex={1}>
            <td className={classes.select}>
              <SelectAll jobs={jobs} selection={selection} />
            </td>
            {columns.map((column) => (
              <SortHeader key={column.name} column={column} view={view} change={change} />
            ))}
          </tr>
        </thead>
        <tbody>
          <Gap height={before} />
          {shown.map(({ job, index }) => (
            <Row
              key={job.debugId}
              job={job}
              index={index}
              measure={measure}
              open={selection.isOpen(job)}
              chosen={selection.choice.has(job.debugId)}
              toggle={toggle}
            />
          ))}
          <Gap height={after} />
        </tbody>
      </table>
    </div>
  );
}

const Row = memo(function Row({ job, index, measure, open, chosen, toggle }: RowProps) {
  const format = useFormat();
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2} data-chosen={chosen}>
      <td>
        <SelectJob job={job} open={open} chosen={chosen} toggle={toggle} />
      </td>
      <td>
        <JobLink username={job.username} name={job.name} />
      </td>
      <td dir="auto">{job.username}</td>
      <td dir="auto">{job.virtualCluster}</td>
      <td>
        <StateAndReason job={job} />
      </td>
      <td>
        <Moment time={job.submissionTime} />
      </td>
      <td>
        <Span from={job.launchedTime} to={job.completedTime} />
      </td>
      <td className={classes.tasks}>{format.number(job.totalTaskNumber)}</td>
      <td className={classes.gpus}>{format.number(job.totalGpuNumber)}</td>
      <td className={classes.retries}>{format.number(job.retries)}</td>
    </tr>
  );
});

/** Stands for the rows that are not there. */
function Gap({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={columns.length + 1} className={classes.gap} style={{ height }} />
    </tr>
  );
}
