import { expect, test, vi } from "vitest";
import { Refusal, Unreachable } from "../src/api/errors";
import { persistently } from "../src/api/persistently";

test("a server that was not reached is tried again", async () => {
  const call = vi
    .fn()
    .mockRejectedValueOnce(new Unreachable(new TypeError("fetch")))
    .mockResolvedValue("in");
  expect(await persistently(call)).toBe("in");
  expect(call).toHaveBeenCalledTimes(2);
});

test("one that stays away is told, and what it refuses is not asked again", async () => {
  const away = vi.fn().mockRejectedValue(new Unreachable(new TypeError("fetch")));
  await expect(persistently(away)).rejects.toBeInstanceOf(Unreachable);
  expect(away).toHaveBeenCalledTimes(3);
  const refuses = vi.fn().mockRejectedValue(new Refusal(401, {}));
  await expect(persistently(refuses)).rejects.toBeInstanceOf(Refusal);
  expect(refuses).toHaveBeenCalledTimes(1);
});

test("how often it is tried can be told", async () => {
  const call = vi.fn().mockRejectedValue(new Unreachable(new TypeError("fetch")));
  await expect(persistently(call, 1)).rejects.toBeInstanceOf(Unreachable);
  expect(call).toHaveBeenCalledTimes(1);
});
