import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { Job } from "../../api/jobs";
import { JobLink } from "../../components/JobLink";
import { Moment } from "../../components/Moment";
import { Span } from "../../components/Span";
import { CardOrder } from "./CardOrder";
import classes from "./JobCards.module.css";
import type { ListProps, RowProps } from "./list";
import { SelectJob } from "./Select";
import { StateAndReason } from "./StateAndReason";
import { useRows } from "./useRows";

/** About how high its card is, px. */
const cardHeight = (job: Job) => (job.reason === null ? 120 : 156);

/** The jobs of a page below each other, for a narrow window. */
export function JobCards({ jobs, view, change, selection, toggle, stale }: ListProps) {
  const { t } = useTranslation();
  const { list, shown, before, after, measure } = useRows(jobs, cardHeight);
  return (
    <>
      <CardOrder jobs={jobs} view={view} change={change} selection={selection} />
      <div ref={list} data-stale={stale} className={classes.frame}>
        <div style={{ height: before }} />
        <ul className={classes.cards} aria-label={t("shell.page.jobs")} aria-busy={stale}>
          {shown.map(({ job, index }) => (
            <Card
              key={job.debugId}
              job={job}
              index={index}
              measure={measure}
              open={selection.isOpen(job)}
              chosen={selection.choice.has(job.debugId)}
              toggle={toggle}
            />
          ))}
        </ul>
        <div style={{ height: after }} />
      </div>
    </>
  );
}

const Card = memo(function Card({ job, index, measure, open, chosen, toggle }: RowProps) {
  const { t } = useTranslation();
  return (
    <li ref={measure} data-index={index} data-chosen={chosen} className={classes.card}>
      <SelectJob job={job} open={open} chosen={chosen} toggle={toggle} />
      <div className={classes.text}>
        <div className={classes.head}>
          <JobLink username={job.username} name={job.name} />
        </div>
        <StateAndReason job={job} />
        <ul className={classes.facts}>
          <li dir="auto">{job.username}</li>
          <li dir="auto">{job.virtualCluster}</li>
          <li>
            <Moment time={job.submissionTime} />
          </li>
          {job.launchedTime !== null && (
            <li>
              {t("jobs.card.ran")} <Span from={job.launchedTime} to={job.completedTime} />
            </li>
          )}
          <li>{t("jobs.card.tasks", { count: job.totalTaskNumber })}</li>
          {job.totalGpuNumber > 0 && <li>{t("jobs.card.gpus", { count: job.totalGpuNumber })}</li>}
          {job.retries > 0 && <li>{t("jobs.card.retries", { count: job.retries })}</li>}
        </ul>
      </div>
    </li>
  );
});
