/** Lines of several logs stand log by log, then as they come; an unfinished line goes on where it began. */
import { expect, test } from "vitest";
import { Runs } from "../../src/pages/job/logs/runs";

const order = (runs: Runs) =>
  Array.from({ length: runs.count }, (_, row) => runs.at(row)).map(({ file, line }) => `${file}:${line}`);

function merged(): Runs {
  const runs = new Runs(2);
  runs.grow(1, 1);
  runs.grow(0, 2);
  runs.grow(1, 2);
  runs.goLive();
  runs.grow(1, 3);
  runs.grow(0, 3);
  runs.grow(0, 4);
  runs.grow(0, 4);
  runs.grow(1, 4);
  return runs;
}

test("what was there stands log by log, what comes as it comes", () => {
  expect(order(merged())).toEqual(["0:0", "0:1", "1:0", "1:1", "1:2", "0:2", "0:3", "1:3"]);
});

test("what was there stands in the order of its times, where those are known", () => {
  const runs = new Runs(3);
  runs.grow(0, 4);
  runs.grow(1, 3);
  runs.grow(2, 1);
  runs.goLive([
    [
      { line: 0, at: 100 },
      { line: 2, at: 300 },
      { line: 2, at: 350 },
      { line: 9, at: 900 },
    ],
    [
      { line: 0, at: 200 },
      { line: 1, at: 400 },
    ],
    [],
  ]);
  runs.grow(1, 4);
  expect(order(runs)).toEqual(["2:0", "0:0", "0:1", "1:0", "0:2", "0:3", "1:1", "1:2", "1:3"]);
  runs.goLive([]);
  expect(runs.at(1)).toEqual({ file: 0, line: 0 });
});

test("the row of every line is known", () => {
  const runs = merged();
  for (let row = 0; row < runs.count; row += 1) {
    const { file, line } = runs.at(row);
    expect(runs.rowOf(file, line)).toBe(row);
  }
  expect([runs.rowOf(0, 4), runs.rowOf(2, 0)]).toEqual([undefined, undefined]);
});

test("from any row on, and back, the lines that stand together", () => {
  const runs = merged();
  expect([...runs.from(3, 1)]).toEqual([
    { file: 1, first: 1, last: 2 },
    { file: 0, first: 2, last: 3 },
    { file: 1, first: 3, last: 3 },
  ]);
  expect([...runs.from(3, -1)]).toEqual([
    { file: 1, first: 0, last: 1 },
    { file: 0, first: 0, last: 1 },
  ]);
  expect([...runs.from(-1, -1)]).toEqual([]);
  expect([...runs.from(8, 1)]).toEqual([]);
});
