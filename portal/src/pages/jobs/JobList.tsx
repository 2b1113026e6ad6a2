import { VisuallyHidden } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Job } from "../../api/jobs";
import { Loaded } from "../../components/Loaded";
import { type View, writeView } from "./address";
import { Filters } from "./Filters";
import { Foot } from "./Foot";
import { JobCards } from "./JobCards";
import { JobTable } from "./JobTable";
import type { Toggle } from "./list";
import { NoJobs } from "./NoJobs";
import { jobPage } from "./queries";
import { StopDialog } from "./StopDialog";
import { between, type Selection, useSelection } from "./selection";
import { type Change, useView } from "./useView";

const none: Job[] = [];

/** The filters, the jobs that they leave on this page, and what can be done with those that are chosen. */
export function JobList() {
  const [view, change] = useView();
  const query = useQuery(jobPage(view));
  const jobs = query.data?.data ?? none;
  const selection = useSelection(jobs);
  const toggle = useToggle(jobs, selection);
  const [asking, setAsking] = useState(false);
  const wide = useMediaQuery("(min-width: 62em)", true, { getInitialValueInEffect: false });
  const users = useMemo(() => [...new Set(jobs.map((job) => job.username))], [jobs]);
  useLastPage(view, change, query.isPlaceholderData ? undefined : query.data?.totalCount);

  const List = wide ? JobTable : JobCards;
  return (
    <>
      <Filters view={view} change={change} users={users} />
      <VisuallyHidden role="status">
        {!query.isPlaceholderData && query.data && (
          <Found key={writeView(view)} total={query.data.totalCount} />
        )}
      </VisuallyHidden>
      <Loaded query={query} lines={10}>
        {({ totalCount, data }) =>
          totalCount === 0 ? (
            <NoJobs view={view} change={change} />
          ) : (
            <div>
              <List
                jobs={data}
                view={view}
                change={change}
                selection={selection}
                toggle={toggle}
                stale={query.isPlaceholderData}
              />
              <Foot
                view={view}
                change={change}
                total={totalCount}
                selection={selection}
                onStop={() => setAsking(true)}
              />
            </div>
          )
        }
      </Loaded>
      {asking && (
        <StopDialog
          jobs={[...selection.choice.values()]}
          onStopped={(job) => selection.toggle([job], false)}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

/** Tells a screen reader what came of a change of the filters; not of every job that comes after. */
function Found({ total }: { total: number }) {
  const { t } = useTranslation();
  const [count] = useState(total);
  return t("jobs.found", { count });
}

/** Chooses a job, or with the shift key all from the one before to it. */
function useToggle(jobs: readonly Job[], { isOpen, toggle }: Selection): Toggle {
  const before = useRef<string | null>(null);
  const shown = useRef(jobs);
  useEffect(() => {
    shown.current = jobs;
  }, [jobs]);
  return useCallback(
    (job, chosen, range) => {
      const from = range ? before.current : null;
      toggle(between(shown.current, from, job.debugId).filter(isOpen), chosen);
      before.current = job.debugId;
    },
    [isOpen, toggle],
  );
}

/** Goes back to the last page when there are fewer by now than the address says. */
function useLastPage({ page, size }: View, change: Change, total: number | undefined) {
  useEffect(() => {
    const last = Math.max(1, Math.ceil((total ?? page * size) / size));
    if (page > last) change({ page: last }, true);
  }, [page, size, total, change]);
}
