import type { CSSProperties } from "react";
import type { Colour, Look } from "./sgr";

type Rgb = readonly [number, number, number];

/** What stands behind the lines; `Viewer.module.css` has the same. */
export const grounds = { light: [255, 255, 255], dark: [22, 24, 29] } as const satisfies Record<string, Rgb>;
export type Theme = keyof typeof grounds;

const inks = { light: [33, 37, 41], dark: [222, 226, 230] } as const satisfies Record<Theme, Rgb>;
const enough = 5.5; // to 1: WCAG AA asks for 4.5, and the ground of a chosen line is less than white or black

const sixteen: Rgb[] = [
  [0, 0, 0],
  [205, 49, 49],
  [13, 150, 80],
  [180, 130, 0],
  [36, 114, 200],
  [188, 63, 188],
  [17, 148, 180],
  [200, 200, 200],
  [110, 110, 110],
  [241, 76, 76],
  [35, 190, 110],
  [225, 180, 30],
  [59, 142, 234],
  [214, 112, 214],
  [41, 184, 219],
  [245, 245, 245],
];

const made = new Map<string, CSSProperties>();

/** The style of characters. Whatever a program asked for, it can be read in both themes. */
export function styleOf(look: Look, theme: Theme): CSSProperties {
  const key = `${theme} ${JSON.stringify(look)}`;
  const known = made.get(key);
  if (known) return known;
  const style = makeStyle(look, theme);
  if (made.size > 2000) made.clear(); // true colour can have any number
  made.set(key, style);
  return style;
}

function makeStyle(look: Look, theme: Theme): CSSProperties {
  const style = { ...colouring(look, theme) };
  if (look.bold) style.fontWeight = 700;
  if (look.italic) style.fontStyle = "italic";
  const lines = [look.underline && "underline", look.strike && "line-through"].filter(Boolean);
  if (lines.length > 0) style.textDecoration = lines.join(" ");
  return style;
}

function colouring(look: Look, theme: Theme): CSSProperties {
  const [ink, paper] = [inks[theme], grounds[theme]];
  const named = { front: maybeRgb(look.front), back: maybeRgb(look.back) };
  const { front, back } = look.inverse ? { front: named.back ?? paper, back: named.front ?? ink } : named;
  if (!front && !back && !look.dim) return {};
  const ground = back ?? paper;
  if (back && !front && !look.dim) return { color: css(endFor(back)), backgroundColor: css(back) };
  const wanted = look.dim ? mixed(front ?? ink, ground, 0.35) : (front ?? ink);
  const color = css(readable(wanted, ground));
  return back ? { color, backgroundColor: css(back) } : { color };
}

function maybeRgb(colour: Colour | undefined): Rgb | undefined {
  return colour === undefined ? undefined : rgb(colour);
}

/** The colour, made as much darker or lighter as it must be to be read on this ground. */
export function readable(colour: Rgb, ground: Rgb): Rgb {
  const end = endFor(ground);
  for (let share = 0; share < 1; share += 0.05) {
    const tried = mixed(colour, end, share);
    if (contrast(tried, ground) >= enough) return tried;
  }
  return end;
}

/** Black or white, whichever can be read better. */
function endFor(ground: Rgb): Rgb {
  return luminance(ground) > 0.18 ? [0, 0, 0] : [255, 255, 255];
}

export function contrast(one: Rgb, other: Rgb): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  const linear = (value: number) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function mixed(one: Rgb, other: Rgb, share: number): Rgb {
  const mix = (a: number, b: number) => Math.round(a + (b - a) * share);
  return [mix(one[0], other[0]), mix(one[1], other[1]), mix(one[2], other[2])];
}

/** A colour of the terminal's table: 16 named ones, a cube of 216, 24 greys. */
export function rgb(colour: Colour): Rgb {
  if (typeof colour !== "number") return colour;
  if (colour >= 232) {
    const grey = 8 + (colour - 232) * 10;
    return [grey, grey, grey];
  }
  if (colour >= 16) {
    const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
    const index = colour - 16;
    return [level(Math.floor(index / 36)), level(Math.floor(index / 6) % 6), level(index % 6)];
  }
  return sixteen[colour] ?? [128, 128, 128];
}

function css([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}
