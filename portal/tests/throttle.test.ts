import { beforeEach, expect, test, vi } from "vitest";
import { Throttle } from "../src/pages/job/throttle";

const act = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  act.mockReset();
});

test("the first time is at once, many more are one, and the last is not lost", () => {
  const throttle = new Throttle(act, 1000);
  for (let at = 0; at < 25; at += 1) {
    throttle.ask();
    vi.advanceTimersByTime(100);
  }
  expect(act).toHaveBeenCalledTimes(3);
  vi.advanceTimersByTime(5000);
  expect(act).toHaveBeenCalledTimes(4);
});

test("what is still to be done is done at the end, and nothing else", () => {
  const throttle = new Throttle(act, 1000);
  throttle.ask();
  throttle.ask();
  throttle.finish();
  expect(act).toHaveBeenCalledTimes(2);
  throttle.finish();
  vi.advanceTimersByTime(5000);
  expect(act).toHaveBeenCalledTimes(2);
});
