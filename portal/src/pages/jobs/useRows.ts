import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useLayoutEffect, useRef, useState } from "react";
import type { Job } from "../../api/jobs";

const few = 50; // so many rows are all there: to be found by the browser's own search, and printed
const around = 8;

interface Rows {
  list: RefObject<HTMLDivElement | null>;
  /** The rows that are to be there, with their places. */
  shown: { job: Job; index: number }[];
  /** How high what is missing above and below them is, px. */
  before: number;
  after: number;
  measure: (row: Element | null) => void;
}

/** Of many rows those that are seen, and some around them; it is the window that scrolls. */
export function useRows(jobs: readonly Job[], heightOf: (job: Job) => number): Rows {
  const list = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    // What stands above may grow or shrink with anything.
    const look = () =>
      list.current && setTop(Math.round(list.current.getBoundingClientRect().top + window.scrollY));
    look();
    const watching = new ResizeObserver(look);
    watching.observe(document.body);
    return () => watching.disconnect();
  }, []);

  const virtual = useWindowVirtualizer({
    count: jobs.length,
    estimateSize: (index) => (jobs[index] ? heightOf(jobs[index]) : 0),
    getItemKey: (index) => jobs[index]?.debugId ?? index,
    overscan: jobs.length <= few ? few : around,
    scrollMargin: top,
    useFlushSync: false,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0], items.at(-1)];
  return {
    list,
    shown: items.flatMap(({ index }) => {
      const job = jobs[index];
      return job ? [{ job, index }] : [];
    }),
    before: first ? first.start - top : 0,
    after: last ? virtual.getTotalSize() - (last.end - top) : 0,
    measure: virtual.measureElement,
  };
}
