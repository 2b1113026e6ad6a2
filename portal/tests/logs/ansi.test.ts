/** A line is shown as a terminal would leave it. */
import { expect, test } from "vitest";
import { columns, parseLine } from "../../src/pages/job/logs/ansi";
import { contrast, grounds, rgb, styleOf } from "../../src/pages/job/logs/colours";
import type { Colour, Look } from "../../src/pages/job/logs/sgr";

const esc = "\x1b";
const shown = (line: string) => parseLine(line).text;
const looks = (line: string) => parseLine(line).pieces.map(({ text, look }) => [text, look]);

test("colours begin and end where their codes stand", () => {
  expect(looks(`plain ${esc}[31mred${esc}[1m bold${esc}[0m plain`)).toEqual([
    ["plain ", {}],
    ["red", { front: 1 }],
    [" bold", { front: 1, bold: true }],
    [" plain", {}],
  ]);
});

test.each<[string, Look]>([
  ["95", { front: 13 }],
  ["44", { back: 4 }],
  ["103", { back: 11 }],
  ["38;5;208", { front: 208 }],
  ["48;5;17", { back: 17 }],
  ["38;2;1;2;300;4", { front: [1, 2, 255], underline: true }],
  ["1;2;3;4;7;9", { bold: true, dim: true, italic: true, underline: true, inverse: true, strike: true }],
  ["38;9", {}],
  ["999", {}],
])("the code %s", (code, look) => {
  expect(looks(`${esc}[${code}mx`)).toEqual([["x", look]]);
});

test("a code can end what another one began", () => {
  const [piece] = parseLine(`${esc}[1;3;4;31;42m${esc}[22;23;24;39;49mx`).pieces;
  expect(styleOf(piece?.look ?? {}, "light")).toEqual({});
  expect(looks(`${esc}[31m${esc}[mx`)).toEqual([["x", {}]]);
});

test.each([
  ["10%\r20%\r30%", "30%"],
  ["longer text\rshort", "shortr text"],
  ["a line of Windows\r", "a line of Windows"],
  [`longer text\r${esc}[Kshort`, "short"],
  [`${esc}[2K\rdone`, "done"],
  ["abc\b\bX", "aXc"],
  [`abc${esc}[2DX`, "aXc"],
  [`${esc}[5Gx`, "    x"],
  [`abc${esc}[1Gx`, "xbc"],
  [`${esc}]0;a title\x07text`, "text"],
  [`${esc}]8;;http://a${esc}\\link${esc}]8;;${esc}\\`, "link"],
  [`${esc}[?25l${esc}[2Jtext${esc}[?25h${esc}(B`, "text"],
  ["a\x00b\x07c", "a␀b␇c"],
  [`cut ${esc}[3`, "cut "],
])("a terminal would leave %j", (line, expected) => {
  expect(shown(line)).toBe(expected);
});

test("a cursor that is sent far away fills no memory", () => {
  expect(shown(`${esc}[999999999Cx`).length).toBeLessThan(1000);
});

test("HTML is text", () => {
  expect(looks("<b>&amp;</b>")).toEqual([["<b>&amp;</b>", {}]]);
});

test("columns are counted as a terminal counts them", () => {
  expect(["abc", "中文", "e\u0301", "a\tb", "🎉"].map(columns)).toEqual([3, 4, 1, 9, 2]);
});

const every: Colour[] = [...Array(256).keys(), [255, 255, 0], [1, 2, 3], [127, 127, 127]];

test.each(["light", "dark"] as const)("every colour can be read in the %s theme", (theme) => {
  for (const look of every.flatMap((front): Look[] => [
    { front },
    { front, dim: true },
    { front, inverse: true },
    { back: front },
    { front: 3, back: front },
  ])) {
    const { color, backgroundColor } = styleOf(look, theme);
    const ground = backgroundColor ? numbers(String(backgroundColor)) : grounds[theme];
    expect([look, contrast(numbers(String(color)), ground) >= 4.5]).toEqual([look, true]);
  }
});

test("the table of colours has its cube and its greys", () => {
  expect([16, 21, 196, 231, 232, 255].map(rgb)).toEqual([
    [0, 0, 0],
    [0, 0, 255],
    [255, 0, 0],
    [255, 255, 255],
    [8, 8, 8],
    [238, 238, 238],
  ]);
});

function numbers(css: string): [number, number, number] {
  const [red = 0, green = 0, blue = 0] = (css.match(/\d+/g) ?? []).map(Number);
  return [red, green, blue];
}
