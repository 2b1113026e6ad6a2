/** Matches are found in all of a log, also where none of it is here; the next one, the one before, and around the end. */
import { beforeEach, expect, test, vi } from "vitest";
import { LogDocument } from "../../src/pages/job/logs/document";
import { blockSize } from "../../src/pages/job/logs/file";
import type { LogName } from "../../src/pages/job/logs/names";
import { findText } from "../../src/pages/job/logs/reading";
import { Search } from "../../src/pages/job/logs/search";

vi.mock("../../src/pages/job/logs/reading");

const name = (index: number): LogName => ({
  role: "main",
  index,
  jobAttempt: 0,
  taskAttempt: 0,
  stream: "all",
});
const width = 64; // bytes of a line: a block has 1024
let hits: number[][] = [];

/** Logs of so many even lines, counted and not read, and a server that knows which of them match. */
function logsOf(...lines: number[]): LogDocument {
  const document = new LogDocument(
    "admin~job",
    lines.map((_, index) => name(index)),
  );
  for (const [index, count] of lines.entries()) {
    const blocks = Math.ceil((count * width) / blockSize);
    const breaks = Array.from({ length: blocks }, (_, block) => Math.min(1024, count - block * 1024));
    document.files[index]?.skip(0, count * width, breaks);
    document.runs.grow(index, count);
  }
  return document;
}

beforeEach(() => {
  vi.mocked(findText).mockImplementation(async (_job, log, _text, start, one) => {
    const first = start / width;
    const mine = (hits[log.index] ?? []).map((line) => line - first).filter((line) => line >= 0);
    const counts: number[] = [];
    for (const line of mine) {
      const block = Math.floor(line / 1024);
      counts[block] = (counts[block] ?? 0) + 1;
    }
    return {
      size: 5000 * width,
      start,
      next: null,
      counts: Array.from(counts, (count) => count ?? 0),
      lines: one ? mine.filter((line) => line < 1024) : null,
    };
  });
});

async function searched(document: LogDocument): Promise<Search> {
  const search = new Search(document, "x", () => undefined);
  search.start();
  await vi.waitFor(() => expect(search.complete).toBe(true));
  search.stop();
  return search;
}

test("from anywhere to the next match, back, and around the end", async () => {
  hits = [[10, 1023, 1024, 4000]];
  const search = await searched(logsOf(5000));
  expect(search.total).toBe(4);
  expect(await search.next(0, 1)).toBe(10);
  expect(await search.next(11, 1)).toBe(1023);
  expect(await search.next(1024, 1)).toBe(1024);
  expect(await search.next(4001, 1)).toBe(10);
  expect(await search.next(3999, -1)).toBe(1024);
  expect(await search.next(1023, -1)).toBe(1023);
  expect(await search.next(9, -1)).toBe(4000);
});

test("which match it is, is told", async () => {
  hits = [[10, 1023, 1024, 4000]];
  const search = await searched(logsOf(5000));
  expect(await Promise.all([10, 1023, 1024, 4000, 4001].map((row) => search.place(row)))).toEqual([
    1,
    2,
    3,
    4,
    null,
  ]);
});

test("in several logs, matches follow one another as the lines do", async () => {
  hits = [[1], [0, 4]];
  const document = logsOf(3, 2);
  document.runs.goLive();
  document.runs.grow(0, 4);
  document.files[1]?.skip(2 * width, 5 * width, [3]);
  document.runs.grow(1, 5);
  const search = await searched(document); // rows: 0:0 0:1 0:2 1:0 1:1 0:3 1:2 1:3 1:4
  expect(await search.next(0, 1)).toBe(1);
  expect(await search.next(2, 1)).toBe(3);
  expect(await search.next(4, 1)).toBe(8);
  expect(await search.next(9, 1)).toBe(1);
  expect(await search.next(7, -1)).toBe(3);
});

test("a text that is nowhere is found nowhere", async () => {
  hits = [[]];
  const search = await searched(logsOf(5000));
  expect([search.total, await search.next(0, 1)]).toEqual([0, null]);
});
