/** A document of logs follows one stream: what it hears is shown, once and whole, and nothing is asked for that is there. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LogDocument } from "../../src/pages/job/logs/document";
import type { LogName } from "../../src/pages/job/logs/names";
import { readBlock } from "../../src/pages/job/logs/reading";

vi.mock("../../src/pages/job/logs/reading");

class FakeSource extends EventTarget {
  static last: FakeSource;
  readonly url: URL;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(url: string) {
    super();
    this.url = new URL(url, "http://server");
    FakeSource.last = this;
  }

  close() {}

  send(kind: string, data: object) {
    this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
  }
}

const log = (role: string): LogName => ({ role, index: 0, jobAttempt: 0, taskAttempt: 0, stream: "all" });
const shown = (document: LogDocument) =>
  Array.from({ length: document.runs.count }, (_, row) => document.line(row)?.text);
let close: () => void = () => undefined;

function opened(...roles: string[]): LogDocument {
  const document = new LogDocument("admin~job", roles.map(log));
  close = document.open();
  return document;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
});

afterEach(() => {
  close();
  vi.unstubAllGlobals();
});

test("a line that comes in pieces is one line, and shown as far as it has come", () => {
  const document = opened("main");
  FakeSource.last.send("log", { log: 0, offset: 0, text: "one\ntw" });
  expect(shown(document)).toEqual(["one", "tw"]);
  FakeSource.last.send("log", { log: 0, offset: 6, text: "o\nthree\nfour" });
  expect(shown(document)).toEqual(["one", "two", "three", "four"]);
  FakeSource.last.send("log", { log: 0, offset: 18, base64: btoa("\xff\n") });
  expect(shown(document)).toEqual(["one", "two", "three", "four\ufffd"]);
});

test("who was cut off goes on where he was, in each log", () => {
  const document = opened("main", "ps");
  FakeSource.last.send("log", { log: 1, offset: 0, text: "hello\n" });
  FakeSource.last.onerror?.();
  expect(document.feed).toBe("lost");
  vi.advanceTimersByTime(1000);
  expect(FakeSource.last.url.searchParams.getAll("log")).toEqual(["main/0/0/0/all", "ps/0/0/0/all"]);
  expect(FakeSource.last.url.searchParams.getAll("offset")).toEqual(["0", "6"]);
});

test("lines of before stand by their times, those of now as they come", () => {
  const document = opened("main", "ps");
  FakeSource.last.send("log", {
    log: 0,
    offset: 0,
    text: "a1\na3\n",
    times: [
      [100, 0],
      [300, 1],
    ],
  });
  FakeSource.last.send("log", { log: 1, offset: 0, text: "b2\n", times: [[200, 0]] });
  FakeSource.last.send("live", {});
  FakeSource.last.send("log", { log: 1, offset: 3, text: "b4\n" });
  FakeSource.last.send("log", { log: 0, offset: 6, text: "a5\n" });
  expect(shown(document)).toEqual(["a1", "b2", "a3", "b4", "a5"]);
});

test("what was only counted is asked for when it is looked at, and nothing else", async () => {
  const begin = `one\ntwo\n${"x".repeat(65528)}`;
  vi.mocked(readBlock).mockResolvedValue(new TextEncoder().encode(begin));
  const document = opened("main");
  FakeSource.last.send("skip", { log: 0, offset: 0, to: 65536, lines: [2] });
  expect(document.counting).toBe(true);
  FakeSource.last.send("log", { log: 0, offset: 65536, text: "last\n" });
  expect([document.counting, document.runs.count]).toEqual([false, 3]);
  document.load();
  expect(readBlock).not.toHaveBeenCalled();
  expect(document.line(0)).toBeUndefined();
  document.load();
  await vi.advanceTimersByTimeAsync(0);
  expect(vi.mocked(readBlock).mock.calls.map(([job, of, block]) => [job, of.role, block])).toEqual([
    ["admin~job", "main", 0],
  ]);
  expect([document.line(0)?.text, document.line(1)?.text]).toEqual(["one", "two"]);
});

test("drawings have a rest between them, however fast a task writes", () => {
  const document = opened("main");
  const drawn = vi.fn();
  document.subscribe(drawn);
  for (let time = 0; time < 1000; time += 1) {
    FakeSource.last.send("log", { log: 0, offset: time * 2, text: "x\n" });
    vi.advanceTimersByTime(1);
  }
  expect(drawn.mock.calls.length).toBeGreaterThan(15);
  expect(drawn.mock.calls.length).toBeLessThan(25);
});

test("it is over when all are, and told where nothing was kept", () => {
  const document = opened("main", "ps");
  FakeSource.last.send("over", { log: 0, kept: true });
  expect(document.over).toBe(false);
  FakeSource.last.send("over", { log: 1, kept: false });
  expect([document.over, document.states]).toEqual([true, ["over", "none"]]);
});
