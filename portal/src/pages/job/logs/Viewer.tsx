import { Button, useComputedColorScheme } from "@mantine/core";
import { ArrowDownToLine } from "lucide-react";
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
} from "react";
import { useTranslation } from "react-i18next";
import type { LogDocument } from "./document";
import { downloadLine } from "./download";
import { Row } from "./Row";
import { useView } from "./useView";
import classes from "./Viewer.module.css";

/** What others may ask of the viewer. */
export interface Reader {
  /** The first row in sight. */
  from: () => number;
  /** Bring a row into sight. */
  show: (row: number) => void;
}

interface Props {
  ref: Ref<Reader>;
  document: LogDocument;
  /** The row to begin at, and whether to begin at the end and follow. */
  target: number | undefined;
  follow: boolean;
  onFollowing: (following: boolean) => void;
  /** What each log is called, where there are several. */
  labels: string[] | null;
  /** Columns for the numbers; 0 without them. */
  digits: number;
  wrap: boolean;
  /** What is searched, in small letters. */
  sought: string;
  chosenRow: number | undefined;
  /** The address of a line of a log. */
  linkTo: (log: number, line: number) => string;
  onSearch: () => void;
  /** What is said where there are no lines. */
  children: ReactNode;
}

/** The lines in sight, whatever else there is. */
export function Viewer({ ref, document, labels, digits, wrap, sought, chosenRow, linkTo, ...rest }: Props) {
  const { t } = useTranslation();
  const theme = useComputedColorScheme("light");
  const columns = digits + labelColumns(labels);
  const { measure, scroll, rows } = useView(document, wrap, columns, rest.target, rest.follow);
  const { onFollowing } = rest;
  useEffect(() => onFollowing(scroll.following), [onFollowing, scroll.following]);
  useImperativeHandle(ref, () => ({ from: () => scroll.place.row, show: scroll.show }));
  const drawn = rows.map((row) => ({ row, line: document.line(row), at: document.runs.at(row) }));
  useEffect(() => document.load());
  const onDownload = useCallback((row: number) => void downloadLine(document, row), [document]);

  const onKeyDown = (event: KeyboardEvent) => {
    scroll.onKeyDown(event);
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    rest.onSearch();
  };

  const scrolls = scroll.place.row > 0 || scroll.place.hidden > 0;
  const atEnd = scroll.following && scrolls; // the last line's end is in sight, however high the lines are
  return (
    <div className={classes.frame} style={widths(digits, labels)}>
      <span ref={measure.probe} className={classes.probe} aria-hidden>
        {measure.text}
      </span>
      <section
        ref={measure.box}
        className={classes.box}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: who scrolls by keys must be able to focus what scrolls
        tabIndex={0}
        aria-label={t("logs.lines")}
        aria-busy={!document.caughtUp}
        onScroll={scroll.onScroll}
        onKeyDown={onKeyDown}
      >
        <div className={classes.sizer} data-wrap={wrap} style={{ height: scroll.height }}>
          <div className={classes.layer} data-end={atEnd} style={{ height: measure.height }}>
            <div style={atEnd ? undefined : { marginTop: -scroll.place.hidden }}>
              {drawn.map(({ row, line, at }) => (
                <Row
                  key={row}
                  row={row}
                  line={line}
                  label={labels?.[at.file] ?? null}
                  log={at.file}
                  number={digits > 0 ? at.line + 1 : null}
                  link={linkTo(at.file, at.line)}
                  theme={theme}
                  sought={sought}
                  chosen={row === chosenRow}
                  onDownload={onDownload}
                />
              ))}
            </div>
          </div>
        </div>
      </section>
      {rest.children && <div className={classes.over}>{rest.children}</div>}
      {!scroll.following && document.runs.count > 0 && (
        <Button
          className={classes.toEnd}
          size="xs"
          leftSection={<ArrowDownToLine size={14} aria-hidden />}
          onClick={() => {
            scroll.toEnd();
            measure.box.current?.focus(); // this button goes
          }}
        >
          {document.over ? t("logs.toEnd") : t("logs.follow")}
        </Button>
      )}
    </div>
  );
}

function widths(digits: number, labels: string[] | null): CSSProperties {
  return {
    "--numbers": `calc(${digits}ch + 0.75rem)`,
    "--labels": `calc(${labelColumns(labels)}ch + 0.75rem)`,
  } as CSSProperties;
}

/** Columns that the names of tasks take. */
function labelColumns(labels: string[] | null): number {
  return Math.min(Math.max(0, ...(labels ?? []).map((label) => label.length)), 24);
}
