/** A job's page knows the job as it is, whatever comes when: the stream, a call that was on its way, a deletion. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { beforeEach, expect, test, vi } from "vitest";
import { api } from "../src/api/client";
import { Refusal } from "../src/api/errors";
import type { Feed } from "../src/api/feed";
import { type JobDetail, keys } from "../src/pages/job/queries";
import { useJob } from "../src/pages/job/useJob";
import { aJob, aTask } from "./job";

const feeds = vi.hoisted(() => ({ all: [] as { feed: Feed; closed: boolean }[] }));

vi.mock("../src/api/feed", () => ({
  openFeed: (feed: Feed) => {
    const opened = { feed, closed: false };
    feeds.all.push(opened);
    return () => {
      opened.closed = true;
    };
  },
}));

const call = vi.fn<() => Promise<{ data?: unknown; error?: unknown; response: Response }>>();
const reply = (data: unknown) => ({ data, response: new Response() });
const runs = aJob({ main: [aTask()] }, { state: "RUNNING" });
const succeeded = aJob({ main: [aTask()] }, { state: "SUCCEEDED" });

function open() {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={queries}>{children}</QueryClientProvider>
  );
  return { queries, ...renderHook(() => useJob("ada~train", true), { wrapper }) };
}

function stream() {
  const last = feeds.all.at(-1);
  if (last === undefined) throw new Error("no stream is open");
  return last;
}

beforeEach(() => {
  feeds.all = [];
  call.mockReset();
  call.mockImplementation(async () => reply(runs));
  vi.spyOn(api, "GET").mockImplementation(call as never);
});

test("it follows a job that goes on in the reader's language, and lets go when it is final", async () => {
  const { result } = open();
  await waitFor(() => expect(feeds.all).toHaveLength(1));
  expect(stream().feed.url()).toBe("/api/v2/jobs/ada~train/watch?language=en");
  act(() => stream().feed.on.job?.(JSON.stringify(succeeded), ""));
  await waitFor(() => expect(result.current.query.data?.jobStatus.state).toBe("SUCCEEDED"));
  expect(stream().closed).toBe(true);
});

test("a job that has ended needs no stream", async () => {
  call.mockImplementation(async () => reply(succeeded));
  const { result } = open();
  await waitFor(() => expect(result.current.query.data).toBeDefined());
  expect(feeds.all).toHaveLength(0);
});

test("a reply that was on its way does not undo what the stream told after it was asked for", async () => {
  const { queries } = open();
  await waitFor(() => expect(feeds.all).toHaveLength(1));
  let arrive: (late: ReturnType<typeof reply>) => void = () => undefined;
  call.mockImplementation(() => new Promise((resolve) => (arrive = resolve)));
  const asked = queries.invalidateQueries({ queryKey: ["job"] });
  await waitFor(() => expect(call).toHaveBeenCalledTimes(2));
  act(() => stream().feed.on.job?.(JSON.stringify(succeeded), ""));
  await act(async () => {
    arrive(reply(runs));
    await asked;
  });
  expect(queries.getQueryData<JobDetail>(keys.detail("ada~train"))?.jobStatus.state).toBe("SUCCEEDED");
});

test("a stream that is lost says so, and a job that is gone is found to be", async () => {
  const { result } = open();
  await waitFor(() => expect(feeds.all).toHaveLength(1));
  const error = { code: "NoJobError", message: "There is no such job.", problems: [] };
  call.mockImplementation(async () => ({ error, response: new Response(null, { status: 404 }) }));
  act(() => stream().feed.onState?.("lost"));
  expect(result.current.cutOff).toBe(true);
  await waitFor(() => expect(result.current.query.error).toBeInstanceOf(Refusal));
});
