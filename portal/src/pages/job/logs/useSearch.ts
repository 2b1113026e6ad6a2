import { useDebouncedValue } from "@mantine/hooks";
import { type RefObject, useEffect, useReducer, useState } from "react";
import type { LogDocument } from "./document";
import { Search } from "./search";
import type { Reader } from "./Viewer";

const typing = 250; // ms until what was typed counts

export interface Found {
  text: string;
  setText: (text: string) => void;
  search: Search | null;
  /** The match that is shown: its row, and the how many-th it is where that is known. */
  at: { row: number; place: number | null } | null;
  /** To the next match (1) or the one before (-1). */
  step: (step: 1 | -1) => void;
}

const toLine = /^:\d*$/;

/** The search box's text, what it finds, and how to get there. */
export function useSearch(
  document: LogDocument,
  reader: RefObject<Reader | null>,
  goTo: (line: number) => void,
): Found {
  const [text, setText] = useState("");
  const [settled] = useDebouncedValue(text, typing);
  const [search, setSearch] = useState<Search | null>(null);
  const [at, setAt] = useState<Found["at"]>(null);
  const [, draw] = useReducer((count: number) => count + 1, 0);

  const from = () => reader.current?.from() ?? 0;

  const go = async (by: Search, row: number, step: 1 | -1) => {
    const next = await by.next(row, step);
    const place = next === null ? null : await by.place(next);
    if (by.stopped) return;
    setAt(next === null ? null : { row: next, place });
    if (next !== null) reader.current?.show(next);
  };

  // biome-ignore lint/correctness/useExhaustiveDependencies: a search begins when its text changes, where the reader is then
  useEffect(() => {
    setAt(null);
    if (!settled || toLine.test(settled)) return setSearch(null);
    const begun = new Search(document, settled, draw);
    begun.start();
    setSearch(begun);
    go(begun, from(), 1).catch(() => undefined); // the search itself tells why
    return () => begun.stop();
  }, [document, settled]);

  const step = (by: 1 | -1) => {
    if (toLine.test(text)) goTo(Math.max(Number(text.slice(1)) - 1, 0));
    else if (search) go(search, at === null ? from() : at.row + by, by).catch(() => undefined);
  };
  return { text, setText, search: settled ? search : null, at, step };
}
