/** Lines are found in a log of which only some blocks are here. */
import { expect, test } from "vitest";
import { BlockCache, blockSize, LogFile } from "../../src/pages/job/logs/file";
import { mostShown, readLine } from "../../src/pages/job/logs/text";

const bytes = (text: string) => new TextEncoder().encode(text);

/** A log as the server has it, and a file that knows nothing but what it is told of it. */
function logOf(text: string, blocks = 100) {
  const all = bytes(text);
  const cache = new BlockCache(blocks);
  const file = new LogFile(cache);
  return { all, cache, file, fetched: [] as number[] };
}

type Log = ReturnType<typeof logOf>;

/** The text of a line; what it lacks is fetched. */
function lineOf(log: Log, line: number): string {
  for (let tries = 0; tries < 5; tries += 1) {
    const read = readLine(log.file, line);
    if (!("missing" in read)) return read.text;
    log.fetched.push(read.missing);
    log.file.fill(read.missing, log.all.subarray(read.missing * blockSize, (read.missing + 1) * blockSize));
  }
  throw new Error(`line ${line} cannot be read`);
}

function skipped(log: Log, to: number) {
  const lines: number[] = [];
  for (let at = 0; at < to; at += blockSize) {
    lines.push(log.all.subarray(at, Math.min(at + blockSize, to)).filter((byte) => byte === 10).length);
  }
  log.file.skip(0, to, lines);
}

const many = Array.from({ length: 20_000 }, (_, line) => `line ${line}`);

test("what is added is there at once, however it is cut", () => {
  for (const step of [1, 7, 100_000]) {
    const log = logOf("one\ntwo ✓\n\nlast");
    for (let at = 0; at < log.all.length; at += step) log.file.add(at, log.all.subarray(at, at + step));
    expect(log.file.lines).toBe(4);
    expect([0, 1, 2, 3].map((line) => lineOf(log, line))).toEqual(["one", "two ✓", "", "last"]);
    expect(log.fetched).toEqual([]);
  }
});

test("a line break ends a line, and begins none", () => {
  const log = logOf("");
  expect(log.file.lines).toBe(0);
  log.file.add(0, bytes("a"));
  expect(log.file.lines).toBe(1);
  log.file.add(1, bytes("\n"));
  expect(log.file.lines).toBe(1);
  log.file.add(2, bytes("\n"));
  expect(log.file.lines).toBe(2);
});

test("what is told twice counts once", () => {
  const log = logOf("one\ntwo\n");
  log.file.add(0, log.all.subarray(0, 6));
  log.file.add(2, log.all.subarray(2));
  log.file.add(0, log.all);
  expect(log.file.size).toBe(8);
  expect([0, 1].map((line) => lineOf(log, line))).toEqual(["one", "two"]);
});

test("of a log that was only counted, any line is found by reading its block", () => {
  const log = logOf(`${many.join("\n")}\n`);
  const cut = Math.floor(log.all.length / blockSize) * blockSize;
  skipped(log, cut);
  log.file.add(cut, log.all.subarray(cut));
  expect(log.file.lines).toBe(many.length);
  expect(lineOf(log, many.length - 1)).toBe(many.at(-1));
  expect(log.fetched).toEqual([]);
  expect([0, 7000, 7001, 13_000].map((line) => lineOf(log, line))).toEqual(
    [0, 7000, 7001, 13_000].map((line) => many[line]),
  );
  expect(log.fetched).toEqual([0, 1, 2]);
});

test("every line is found, also one that lies in two blocks, or begins with one", () => {
  const lines = ["x".repeat(blockSize - 1), "y".repeat(blockSize - 3), "ab", "c".repeat(10)];
  const log = logOf(lines.join("\n"));
  skipped(log, log.all.length);
  expect(lines.map((_, line) => log.file.find(line)).length).toBe(4);
  expect(lineOf(log, 2)).toBe("ab");
  expect(lineOf(log, 3)).toBe("c".repeat(10));
  expect(lineOf(log, 1)).toBe("y".repeat(mostShown));
});

test("a line of megabytes is cut, and only two blocks of it are read", () => {
  const log = logOf(`a\n${"é".repeat(2_500_000)}\nb`);
  skipped(log, log.all.length);
  const read = lineOf(log, 1);
  expect(read).toBe("é".repeat(mostShown / 2));
  expect(readLine(log.file, 1)).toMatchObject({ cut: "end", start: 2, end: 5_000_002 });
  expect(new Set(log.fetched)).toEqual(new Set([0, Math.floor(5_000_002 / blockSize)]));
  expect(lineOf(log, 2)).toBe("b");
});

test("of a progress bar of megabytes the last state is shown", () => {
  const log = logOf(Array.from({ length: 200_000 }, (_, step) => `\rstep ${step}`).join(""));
  skipped(log, log.all.length);
  expect(lineOf(log, 0)).toBe("step 199999");
});

test("a colour goes on over the lines until it ends", () => {
  const log = logOf("\x1b[31;1mred\nred too\n\x1b[22mthin\n\x1b[0mplain\nplain too\n\x1b[2Kx\n");
  log.file.add(0, log.all);
  const looks = [0, 1, 2, 3, 4, 5].map((line) => {
    const read = readLine(log.file, line);
    return "missing" in read ? read : read.pieces.map(({ text, look }) => [text, look]);
  });
  expect(looks).toEqual([
    [["red", { front: 1, bold: true }]],
    [["red too", { front: 1, bold: true }]],
    [["thin", { front: 1, bold: false, dim: false }]],
    [["plain", {}]],
    [["plain too", {}]],
    [["x", {}]],
  ]);
});

test("bytes that are no UTF-8 are shown as what they are", () => {
  const log = logOf("");
  log.file.add(0, new Uint8Array([97, 0xff, 98, 10]));
  expect(lineOf(log, 0)).toBe("a\ufffdb");
});

test("no more is kept than was agreed, and what is needed again is read again", () => {
  const log = logOf(many.join("\n").repeat(10), 4);
  log.file.add(0, log.all);
  expect(log.cache.size).toBe(4);
  expect(lineOf(log, 5)).toBe("line 5");
  expect(log.fetched).toEqual([0]);
  expect(log.cache.size).toBe(4);
});

test("a block of which only the begin was known is read again when it has grown", () => {
  const log = logOf("one\ntwo\nthree\n");
  log.file.add(0, log.all.subarray(0, 4));
  log.file.skip(4, 8, [1]);
  log.file.add(8, log.all.subarray(8));
  expect(log.file.lines).toBe(3);
  expect([0, 1, 2].map((line) => lineOf(log, line))).toEqual(["one", "two", "three"]);
  expect(log.fetched).toEqual([0]);
});
