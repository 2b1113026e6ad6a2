/** What is looked at is read first; what is not looked at any more is given up; what fails is tried again. */
import { expect, test, vi } from "vitest";
import { Refusal } from "../../src/api/errors";
import { Loader } from "../../src/pages/job/logs/loader";

interface Asked {
  block: number;
  signal: AbortSignal;
  done: () => void;
  fail: (error: Error) => void;
}

function start() {
  const asked: Asked[] = [];
  const changed = vi.fn();
  const loader = new Loader(
    (_, block, signal) =>
      new Promise((done, fail) => {
        asked.push({ block, signal, done, fail });
        signal.addEventListener("abort", () => fail(new Error("aborted")));
      }),
    changed,
  );
  return { asked, changed, loader, blocks: () => asked.map(({ block }) => block) };
}

const want = (...blocks: number[]) => blocks.map((block) => ({ file: 0, block }));

test("three blocks are read at once, the next ones as these arrive", async () => {
  const { asked, loader, blocks, changed } = start();
  loader.want(want(1, 2, 3, 4));
  expect(blocks()).toEqual([1, 2, 3]);
  asked[0]?.done();
  await vi.waitFor(() => expect(blocks()).toEqual([1, 2, 3, 4]));
  expect(changed).toHaveBeenCalled();
});

test("who has scrolled on does not wait for what he passed", async () => {
  const { asked, loader, blocks } = start();
  loader.want(want(1, 2, 3));
  loader.want(want(3, 8, 9));
  await vi.waitFor(() => expect(blocks()).toEqual([1, 2, 3, 8, 9]));
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, true, false, false, false]);
  expect(loader.error).toBeNull();
});

test("who comes back at once to what he passed gets it", async () => {
  const { loader, blocks } = start();
  loader.want(want(1));
  loader.want([]);
  loader.want(want(1));
  await vi.waitFor(() => expect(blocks()).toEqual([1, 1]));
});

test("a block that cannot be read is told, and may be asked for again", async () => {
  vi.useFakeTimers();
  const { asked, loader, blocks } = start();
  loader.want(want(1));
  asked[0]?.fail(new TypeError("no network"));
  await vi.advanceTimersByTimeAsync(0);
  expect(loader.error?.message).toBe("no network");
  await vi.advanceTimersByTimeAsync(1100);
  loader.want(want(1));
  expect(blocks()).toEqual([1, 1]);
  asked[1]?.done();
  await vi.advanceTimersByTimeAsync(0);
  expect(loader.error).toBeNull();
});

test("what the server refuses is not asked again and again", async () => {
  vi.useFakeTimers();
  const { asked, loader, blocks } = start();
  loader.want(want(1));
  asked[0]?.fail(new Refusal(404, null));
  for (let time = 0; time < 4000; time += 50) {
    loader.want(want(1)); // as each drawing does
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(loader.error).toBeInstanceOf(Refusal);
  expect(blocks()).toEqual([1]);
});
