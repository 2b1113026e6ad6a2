/** A stream that ends comes back by itself, says when it is not live, and stops while nobody looks. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type FeedState, openFeed } from "../src/api/feed";

class FakeSource extends EventTarget {
  static all: FakeSource[] = [];
  readonly url: string;
  closed = false;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(url: string) {
    super();
    this.url = url;
    FakeSource.all.push(this);
  }

  close() {
    this.closed = true;
  }

  send(kind: string, data = "{}", lastEventId = "") {
    this.dispatchEvent(new MessageEvent(kind, { data, lastEventId }));
  }

  static get last(): FakeSource {
    const last = FakeSource.all.at(-1);
    if (last === undefined) throw new Error("no stream was opened");
    return last;
  }

  static get open(): number {
    return FakeSource.all.filter((source) => !source.closed).length;
  }
}

let states: FeedState[] = [];
let heard: string[] = [];
let close: () => void = () => undefined;

function start(silence?: number) {
  let offset = 0;
  close = openFeed({
    url: () => `/stream?offset=${offset}`,
    on: {
      log: (data, id) => {
        heard.push(data);
        offset = Number(id);
      },
      end: () => heard.push("end"),
    },
    onState: (state) => states.push(state),
    ...(silence === undefined ? {} : { silence }),
  });
}

function look(hidden: boolean) {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", FakeSource);
  FakeSource.all = [];
  states = [];
  heard = [];
});

afterEach(() => {
  close();
  vi.unstubAllGlobals();
});

test("what comes is heard, and after a loss it goes on from there", () => {
  start();
  FakeSource.last.onopen?.();
  FakeSource.last.send("log", "one", "3");
  FakeSource.last.onerror?.();
  expect(states).toEqual(["live", "lost"]);
  vi.advanceTimersByTime(1000);
  expect(FakeSource.last.url).toBe("/stream?offset=3");
  FakeSource.last.onopen?.();
  FakeSource.last.send("log", "two", "6");
  expect(heard).toEqual(["one", "two"]);
  expect(states).toEqual(["live", "lost", "live"]);
  expect(FakeSource.open).toBe(1);
});

test("a server that stays away is asked ever less often, four times a minute at last", () => {
  start();
  for (let seconds = 0; seconds < 600; seconds += 1) {
    if (!FakeSource.last.closed) FakeSource.last.onerror?.();
    vi.advanceTimersByTime(1000);
  }
  expect(FakeSource.all.length).toBeGreaterThan(30);
  expect(FakeSource.all.length).toBeLessThan(70);
});

test("a stream that fell silent counts as lost", () => {
  start(40_000);
  FakeSource.last.onopen?.();
  vi.advanceTimersByTime(30_000);
  FakeSource.last.send("log", "x", "1");
  vi.advanceTimersByTime(30_000);
  expect(states).toEqual(["live"]);
  vi.advanceTimersByTime(10_000);
  expect(states).toEqual(["live", "lost"]);
});

test("a page that nobody sees lets go of its stream, and takes it up again when it is shown", () => {
  start();
  FakeSource.last.onopen?.();
  look(true);
  vi.advanceTimersByTime(10_000);
  expect(FakeSource.open).toBe(1);
  vi.advanceTimersByTime(15_000);
  expect(FakeSource.open).toBe(0);
  look(false);
  expect(FakeSource.open).toBe(1);
  expect(states).toEqual(["live", "connecting"]);
});

test("the server's end is the end", () => {
  start();
  FakeSource.last.onopen?.();
  FakeSource.last.send("end", '{"state":"SUCCEEDED"}');
  FakeSource.last.onerror?.();
  vi.advanceTimersByTime(60_000);
  expect(heard).toEqual(["end"]);
  expect(FakeSource.all.length).toBe(1);
  expect(FakeSource.open).toBe(0);
});
