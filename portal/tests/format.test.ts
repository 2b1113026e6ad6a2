import { expect, test } from "vitest";
import { Format } from "../src/components/format";

const en = new Format("en");
const zh = new Format("zh-CN");

test.each([
  [0, "0 sec", "0秒"],
  [59_999, "59 sec", "59秒"],
  [60_000, "1 min", "1分钟"],
  [3_725_000, "1 hr 2 min", "1小时 2分钟"],
  [90_000_000, "1 day 1 hr", "1天 1小时"],
  [-5, "0 sec", "0秒"],
])("a span of %d ms", (length, english, chinese) => {
  expect(en.span(length)).toBe(english);
  expect(zh.span(length)).toBe(chinese);
});

test.each([
  [0, "0 byte"],
  [999, "999 byte"],
  [1500, "1.5 kB"],
  [2_340_000_000, "2.3 GB"],
  [45e12, "45 TB"],
])("a size of %d bytes", (size, text) => {
  expect(en.bytes(size)).toBe(text);
});

test("a time in UTC can be compared with a log", () => {
  expect(en.utc(1_700_000_000_123)).toBe("2023-11-14 22:13:20 UTC");
});

test("how long ago is told roughly, in the reader's language", () => {
  const now = 1_700_000_000_000;
  expect(en.ago(now - 5 * 60_000, now)).toBe("5 minutes ago");
  expect(zh.ago(now - 26 * 3_600_000, now)).toBe("昨天");
});
