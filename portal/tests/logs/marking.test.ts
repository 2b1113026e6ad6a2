import { expect, test } from "vitest";
import { marked, small } from "../../src/pages/job/logs/marking";

const pieces = [
  { text: "one Er", look: {} },
  { text: "RoR two", look: { front: 1 } },
];

test("what is searched is marked across colours, and nothing is lost", () => {
  expect(marked(pieces, "error").map(({ text, mark }) => [text, mark])).toEqual([
    ["one ", false],
    ["Er", true],
    ["RoR", true],
    [" two", false],
  ]);
});

test("matches may follow one another, begin and end the line", () => {
  const found = marked([{ text: "aaXaa", look: {} }], "a");
  expect(found.map(({ text, mark }) => (mark ? `[${text}]` : text)).join("")).toBe("[a][a]X[a][a]");
});

test("a line without it stays as it is", () => {
  expect(marked(pieces, "none").map(({ text }) => text)).toEqual(["one Er", "RoR two"]);
});

test("only ASCII letters have one case, as for the server", () => {
  expect(small("ÄRGER İ")).toBe("Ärger İ");
});
