import { useEffect, useRef } from "react";
import type { LogDocument } from "./document";
import type { Rows } from "./position";
import { useMeasure } from "./useMeasure";
import { type Scroll, useScroll } from "./useScroll";

const lineHeight = 20; // px, as in Viewer.module.css
const padding = 42; // px beside the text of a line at most: the gutter's and its own

interface View {
  measure: ReturnType<typeof useMeasure>;
  scroll: Scroll;
  /** The rows in sight. */
  rows: number[];
}

/** The rows in sight of a document. `target`: the row to begin at, once it is there. `aside`: columns of the gutter. */
export function useView(
  document: LogDocument,
  wrap: boolean,
  aside: number,
  target: number | undefined,
  follow: boolean,
): View {
  const measure = useMeasure();
  const across = Math.max(Math.floor((measure.width - padding) / measure.character) - aside, 10);
  const rows: Rows = {
    count: document.runs.count,
    height: (row) =>
      wrap ? Math.max(Math.ceil((document.peek(row)?.width ?? 1) / across), 1) * lineHeight : lineHeight,
  };
  const scroll = useScroll(measure.box, rows, lineHeight, measure.height, follow);

  const { show } = scroll;
  const latest = useRef(show);
  latest.current = show;
  const shown = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (target === undefined || shown.current === target) return;
    shown.current = target;
    latest.current(target);
  });

  return { measure, scroll, rows: document.counting ? [] : inSight(rows, scroll, measure.height) };
}

function inSight(rows: Rows, { place }: Scroll, window: number): number[] {
  const seen: number[] = [];
  let height = -place.hidden;
  for (let row = place.row; row < rows.count && height < window + lineHeight; row += 1) {
    seen.push(row);
    height += rows.height(row);
  }
  return seen;
}
