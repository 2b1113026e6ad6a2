/** A reader stays where he is, however many rows there are and however high they are. */
import { expect, test } from "vitest";
import {
  around,
  beginning,
  boxHeight,
  ending,
  isEnd,
  moved,
  placeAt,
  type Rows,
  scrolled,
} from "../../src/pages/job/logs/position";

const even = (count: number): Rows => ({ count, height: () => 20 });
const uneven: Rows = { count: 1000, height: (row) => (row % 3 === 0 ? 100 : 20) };
const window = 400;

test("rows of one height are where the browser scrolls them to", () => {
  const rows = even(1000);
  const most = boxHeight(rows, 20) - window;
  for (const top of [0, 10, 20, 333, most - 5]) {
    const place = placeAt(top, most, rows, window);
    expect(place.row * 20 + place.hidden).toBeCloseTo(top);
    expect(scrolled(place, most, rows, window)).toBeCloseTo(top);
  }
});

test("who moves on and back by as much is where he was", () => {
  const begin = { row: 500, hidden: 7 };
  for (const by of [1, 19, 20, 100, 555]) {
    expect(moved(moved(begin, by, uneven, window), -by, uneven, window)).toEqual(begin);
  }
});

test("nobody leaves the rows", () => {
  expect(moved({ row: 3, hidden: 0 }, -10_000, uneven, window)).toEqual(beginning);
  expect(moved(beginning, 10_000_000, uneven, window)).toEqual(ending(uneven, window));
  expect(moved(beginning, 100, even(3), window)).toEqual(beginning);
  expect(moved(beginning, 100, even(0), window)).toEqual(beginning);
});

test("at the end, the last row ends with the window", () => {
  expect(ending(even(100), window)).toEqual({ row: 80, hidden: 0 });
  expect(ending(even(100), 390)).toEqual({ row: 80, hidden: 10 });
  expect(isEnd(ending(uneven, window), uneven, window)).toBe(true);
  expect(isEnd(moved(ending(uneven, window), -10, uneven, window), uneven, window)).toBe(false);
});

test("more rows than a browser can scroll are all reached", () => {
  const rows = even(5_000_000);
  const height = boxHeight(rows, 20);
  expect(height).toBeLessThan(15_000_000);
  const most = height - window;
  expect(placeAt(0, most, rows, window)).toEqual(beginning);
  expect(placeAt(most, most, rows, window)).toEqual(ending(rows, window));
  const middle = placeAt(most / 2, most, rows, window);
  expect(middle.row).toBeGreaterThan(2_499_000);
  expect(middle.row).toBeLessThan(2_501_000);
  expect(scrolled(middle, most, rows, window)).toBeCloseTo(most / 2);
});

test("a row that is looked for stands in the middle", () => {
  expect(around(500, even(1000), window)).toEqual({ row: 490, hidden: 10 });
  expect(around(2, even(1000), window)).toEqual(beginning);
  expect(around(999, even(1000), window)).toEqual(ending(even(1000), window));
});
