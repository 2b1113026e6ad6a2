/** Where a reader is: the first row of which something is seen, and how many pixels of it lie above. */
export interface Place {
  row: number;
  hidden: number;
}

export interface Rows {
  count: number;
  height: (row: number) => number;
}

export const beginning: Place = { row: 0, hidden: 0 };

/** Browsers draw no box higher than 17 million pixels. */
const highest = 12_000_000;

/** The place in which the last row ends at the window's end. */
export function ending(rows: Rows, window: number): Place {
  let row = rows.count;
  let height = 0;
  while (row > 0 && height < window) {
    row -= 1;
    height += rows.height(row);
  }
  return { row, hidden: Math.max(height - window, 0) };
}

/** The place `by` pixels on, or back. */
export function moved(place: Place, by: number, rows: Rows, window: number): Place {
  let { row } = place;
  let hidden = place.hidden + by;
  while (hidden < 0 && row > 0) {
    row -= 1;
    hidden += rows.height(row);
  }
  while (row < rows.count - 1 && hidden >= rows.height(row)) {
    hidden -= rows.height(row);
    row += 1;
  }
  return earlier({ row, hidden: Math.max(hidden, 0) }, ending(rows, window));
}

/** The place in which a row stands in the middle. */
export function around(row: number, rows: Rows, window: number): Place {
  return moved({ row, hidden: 0 }, -(window - rows.height(row)) / 2, rows, window);
}

export function isEnd(place: Place, rows: Rows, window: number): boolean {
  const end = ending(rows, window);
  return place.row > end.row || (place.row === end.row && place.hidden >= end.hidden - 2);
}

/** How high the box is that the browser scrolls: as high as all rows where it can be. */
export function boxHeight(rows: Rows, line: number): number {
  return Math.min(rows.count * line, highest);
}

/** How far the box is scrolled at a place; `most` is how far it can be. */
export function scrolled(place: Place, most: number, rows: Rows, window: number): number {
  const end = asNumber(ending(rows, window), rows);
  return end > 0 ? Math.min(asNumber(place, rows) / end, 1) * most : 0;
}

/** The place at which the box is scrolled so far. */
export function placeAt(top: number, most: number, rows: Rows, window: number): Place {
  const end = ending(rows, window);
  if (top >= most - 1) return end;
  const at = (Math.max(top, 0) / most) * asNumber(end, rows);
  const row = Math.floor(at);
  return earlier({ row, hidden: (at - row) * rows.height(row) }, end);
}

function asNumber({ row, hidden }: Place, rows: Rows): number {
  return rows.count === 0 ? 0 : row + hidden / rows.height(row);
}

function earlier(one: Place, other: Place): Place {
  return one.row < other.row || (one.row === other.row && one.hidden < other.hidden) ? one : other;
}
