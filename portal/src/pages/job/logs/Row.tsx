import { Anchor } from "@mantine/core";
import { Fragment, memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFormat } from "../../../components/format";
import type { Piece } from "./ansi";
import { styleOf, type Theme } from "./colours";
import { marked } from "./marking";
import { type LogLine, mostShown } from "./text";
import classes from "./Viewer.module.css";

export interface RowProps {
  row: number;
  /** Undefined while it is being read. */
  line: LogLine | undefined;
  /** Which task wrote it, where there are several; and which of them that is, from 0. */
  label: string | null;
  log: number;
  /** Counted from 1; null where numbers are not wanted. */
  number: number | null;
  /** The address of this line. */
  link: string;
  theme: Theme;
  /** What is searched, in small letters. */
  sought: string;
  chosen: boolean;
  onDownload: (row: number) => void;
}

/** A line of a log. What it holds is text and nothing else, whatever it looks like. */
export const Row = memo(function Row(props: RowProps) {
  const { t } = useTranslation();
  const { row, line, theme, sought, chosen, onDownload } = props;
  return (
    <div className={classes.row} data-chosen={chosen || undefined} data-row={row}>
      <Gutter {...props} />
      {line === undefined ? (
        <span className={classes.pending}>{t("logs.reading")}</span>
      ) : (
        <span className={classes.text} dir="auto">
          {line.cut !== "none" && <Cut line={line} onDownload={() => onDownload(row)} />}
          <Pieces pieces={line.pieces} sought={sought} theme={theme} />
          {line.cut === "end" && "…"}
        </span>
      )}
    </div>
  );
});

function Gutter({ label, log, number, link }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (label === null && number === null) return null;
  return (
    <span className={classes.gutter}>
      {label !== null && (
        <span className={classes.label} data-hue={log % hues} dir="auto">
          {label}
        </span>
      )}
      {number !== null && (
        <Link
          className={classes.number}
          to={link}
          replace
          preventScrollReset
          tabIndex={-1} // the search box goes to a line by its number; a stop at each line would be too many
          aria-label={t("logs.lineLink", { line: format.number(number) })}
          data-number={number}
        />
      )}
    </span>
  );
}

const hues = 6;

function Cut({ line, onDownload }: { line: LogLine; onDownload: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const sizes = { shown: format.bytes(mostShown), whole: format.bytes(line.end - line.start) };
  return (
    <Anchor component="button" type="button" className={classes.cut} onClick={onDownload}>
      {line.cut === "end" ? t("logs.cut.end", sizes) : t("logs.cut.begin", sizes)}
    </Anchor>
  );
}

function Pieces({ pieces, sought, theme }: { pieces: Piece[]; sought: string; theme: Theme }) {
  const shown = sought ? marked(pieces, sought) : pieces;
  let at = 0;
  return shown.map((piece) => {
    const key = at;
    at += piece.text.length;
    if ("mark" in piece && piece.mark) return <mark key={key}>{piece.text}</mark>;
    const style = styleOf(piece.look, theme);
    if (Object.keys(style).length === 0) return <Fragment key={key}>{piece.text}</Fragment>;
    return (
      <span key={key} style={style}>
        {piece.text}
      </span>
    );
  });
}
