import { type KeyboardEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import {
  around,
  beginning,
  boxHeight,
  ending,
  isEnd,
  moved,
  type Place,
  placeAt,
  type Rows,
  scrolled,
} from "./position";

const still = 150; // ms after which a reader has stopped scrolling

interface Stand {
  place: Place;
  following: boolean;
}

export interface Scroll {
  place: Place;
  /** The end is shown, and stays in sight as it moves on. */
  following: boolean;
  height: number;
  onScroll: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  toEnd: () => void;
  /** Bring a row into the middle. */
  show: (row: number) => void;
}

/** Where the reader is among the rows. The browser scrolls an empty box, which need not be as high as they are. */
export function useScroll(
  box: RefObject<HTMLElement | null>,
  rows: Rows,
  line: number,
  window: number,
  follow: boolean,
): Scroll {
  const top = useRef(0); // as it was when we last looked
  const last = useRef(0); // when the reader scrolled
  const [stand, setStand] = useState<Stand>({ place: beginning, following: follow });
  const [, settle] = useState(0);
  const end = ending(rows, window);
  const place = stand.following ? end : moved(stand.place, 0, rows, window);
  const height = boxHeight(rows, line);

  const onScroll = () => {
    const scroller = box.current;
    if (!scroller) return;
    const by = scroller.scrollTop - top.current;
    if (Math.abs(by) < 1) return; // our own doing, or sideways
    top.current = scroller.scrollTop;
    last.current = performance.now();
    const most = scroller.scrollHeight - scroller.clientHeight;
    const near = Math.abs(by) < window * 1.5 && top.current > 0 && top.current < most - 1;
    const next = near ? moved(place, by, rows, window) : placeAt(top.current, most, rows, window);
    setStand({ place: next, following: isEnd(next, rows, window) });
  };

  const go = (next: Stand) => {
    last.current = 0;
    setStand(next);
  };

  useLayoutEffect(() => {
    const scroller = box.current;
    if (!scroller || performance.now() - last.current < still) return;
    const most = scroller.scrollHeight - scroller.clientHeight;
    const wanted = stand.following ? most : scrolled(place, most, rows, window);
    if (Math.abs(scroller.scrollTop - wanted) >= 1) scroller.scrollTop = wanted;
    top.current = scroller.scrollTop;
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: after each move, the box is put where the rows are
  useEffect(() => {
    const timer = setTimeout(() => settle((count) => count + 1), still + 50);
    return () => clearTimeout(timer);
  }, [stand]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== box.current || (event.key !== "Home" && event.key !== "End")) return;
    event.preventDefault();
    go(event.key === "Home" ? { place: beginning, following: false } : { place: end, following: true });
  };

  return {
    place,
    following: stand.following,
    height,
    onScroll,
    onKeyDown,
    toEnd: () => go({ place: end, following: true }),
    show: (row) => go({ place: around(row, rows, window), following: false }),
  };
}
