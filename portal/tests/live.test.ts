import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { askAgain } from "../src/app/live";

test("a reply that was on its way when something changed is not the last word", async () => {
  const queries = new QueryClient();
  let asked = 0;
  const replies: ((value: number) => void)[] = [];
  const queryFn = () => {
    asked += 1;
    return new Promise<number>((reply) => replies.push(reply));
  };
  const observer = new QueryObserver(queries, { queryKey: ["jobs", "list"], queryFn });
  const leave = observer.subscribe(() => undefined);

  const again = askAgain(queries, ["jobs"]); // the first reply is under way
  expect(asked).toBe(1);
  replies[0]?.(1);
  await expect.poll(() => asked).toBe(2);
  replies[1]?.(2);
  await again;
  expect(observer.getCurrentResult().data).toBe(2);
  leave();
});
