/** Every text is there in both languages, with the same values in it, and is used; every text that is used is there. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { texts as english } from "../src/i18n/en";
import { texts as chinese } from "../src/i18n/zh-CN";

const plurals = /_(zero|one|two|few|many|other)$/;
const en = flat(english);
const zh = flat(chinese);

function flat(texts: object, before = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(texts)) {
    if (typeof value === "string") found.set(before + key, value);
    else for (const [inner, text] of flat(value, `${before}${key}.`)) found.set(inner, text);
  }
  return found;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts") && !name.startsWith("i18n"))
    .map((name) => readFileSync(join(folder, name), "utf8"));
}

/** Keys as they stand in the code: whole, or beginning a template such as `state.${state}`. */
function used(): { whole: Set<string>; begins: string[] } {
  const whole = new Set<string>();
  const begins = new Set<string>();
  for (const source of sources(join(import.meta.dirname, "../src"))) {
    for (const [, key] of source.matchAll(/\bt\(\s*"([^"]+)"/g)) whole.add(key ?? "");
    for (const [, key] of source.matchAll(/i18nKey="([^"]+)"/g)) whole.add(key ?? "");
    for (const [, key] of source.matchAll(/(?:\bt\(\s*|i18nKey=\{)`([^`$]+)\$\{/g)) begins.add(key ?? "");
  }
  return { whole, begins: [...begins] };
}

const kinds = (texts: Map<string, string>) =>
  new Set([...texts.keys()].map((key) => key.replace(plurals, "")));
const values = (text: string) => new Set([...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name));

test("both languages have the same texts", () => {
  expect([...kinds(zh)].sort()).toEqual([...kinds(en)].sort());
});

test("no text is empty", () => {
  expect([...en, ...zh].filter(([, text]) => !text.trim())).toEqual([]);
});

test("both languages put the same values into a text", () => {
  for (const [key, text] of zh) {
    const same = en.get(key) ?? en.get(key.replace(plurals, "_other"));
    expect([key, values(text)]).toEqual([key, values(same ?? "")]);
  }
});

test("every text that is used is there", () => {
  const known = kinds(en);
  expect([...used().whole].filter((key) => !known.has(key))).toEqual([]);
});

test("every text that is there is used", () => {
  const { whole, begins } = used();
  const spare = [...kinds(en)].filter(
    (key) => !whole.has(key) && !begins.some((begin) => key.startsWith(begin)),
  );
  expect(spare).toEqual([]);
});

test("Chinese texts have Chinese punctuation, and call a task 实例", () => {
  for (const [key, text] of zh) {
    const plain = text.replace(/`[^`]*`|\{\{[^}]*\}\}|<[^>]*>/g, "");
    expect([key, /[,;:?!()]/.test(plain), plain.includes("子任务")]).toEqual([key, false, false]);
  }
});
