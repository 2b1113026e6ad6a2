import { type Look, plain, styled } from "./sgr";

export interface Piece {
  text: string;
  look: Look;
}

/** A line as a terminal would leave it. */
export interface ShownLine {
  text: string;
  pieces: Piece[];
  /** Columns that it takes. */
  width: number;
}

// A code of colours and cursors, a link or a title, another escape; then what moves the cursor or is no character.
const special =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  /\x1b\[([0-?]*)[ -/]*([@-~]|$)|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?|[\x00-\x08\x0a-\x1f\x7f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above
const moves = /\r(?!$)|\x08|\x1b\[[0-9;]*[CDGKP]/;
const pictures = 0x2400;
const tab = 8;

/** What a line shows: its colours, and after `\r` what was written over it. `look`: as the line before left it. */
export function parseLine(line: string, look = plain): ShownLine {
  const ended = line.replace(/\r+$/, "");
  const pieces = moves.test(ended) ? overwritten(ended, look) : inOrder(ended, look);
  const text = pieces.map((piece) => piece.text).join("");
  return { text, pieces, width: columns(text) };
}

function inOrder(line: string, begin: Look): Piece[] {
  const pieces: Piece[] = [];
  walk(line, begin, (text, look) => {
    const last = pieces.at(-1);
    if (last && last.look === look) last.text += text;
    else pieces.push({ text, look });
  });
  return pieces;
}

/** As a terminal does it: a cell for each character, and a cursor that can go back. */
function overwritten(line: string, begin: Look): Piece[] {
  const cells: Piece[] = [];
  let at = 0;
  walk(
    line,
    begin,
    (text, look) => {
      for (const character of text) {
        while (cells.length < at) cells.push({ text: " ", look: plain });
        cells[at] = { text: character, look };
        at += 1;
      }
    },
    (kind, count) => {
      if (kind === "\r") at = 0;
      else if (kind === "\b" || kind === "D") at = Math.max(at - count, 0);
      else if (kind === "C") at = Math.min(at + count, cells.length + 500);
      else if (kind === "G") at = Math.min(count - 1, cells.length + 500);
      else if (kind === "P") cells.splice(at, count);
      else if (kind === "K") erase(cells, at, count);
    },
  );
  return merged(cells);
}

/** `ESC [ K`: what stands after the cursor (0), before it (1), all (2). */
function erase(cells: Piece[], at: number, what: number) {
  if (what === 0) cells.length = Math.min(cells.length, at);
  else if (what === 2) cells.length = 0;
  else
    for (let cell = 0; cell <= at && cell < cells.length; cell += 1) cells[cell] = { text: " ", look: plain };
}

function merged(cells: Piece[]): Piece[] {
  const pieces: Piece[] = [];
  for (const cell of cells) {
    const last = pieces.at(-1);
    if (last && last.look === cell.look) last.text += cell.text;
    else pieces.push({ ...cell });
  }
  return pieces;
}

type Write = (text: string, look: Look) => void;
type Move = (kind: string, count: number) => void;

/** Goes through a line: text with its look, and moves of the cursor. */
function walk(line: string, begin: Look, write: Write, move: Move = () => undefined) {
  let look = begin;
  let done = 0;
  for (const found of line.matchAll(special)) {
    if (found.index > done) write(line.slice(done, found.index), look);
    done = found.index + found[0].length;
    const [code, numbers = "", kind] = found;
    if (kind === "m") look = styled(look, numbers);
    else if (kind) move(kind, countOf(kind, numbers));
    else if (code === "\r" || code === "\b") move(code, 1);
    else if (code.length === 1 && code !== "\x1b") write(picture(code), look);
  }
  if (done < line.length) write(line.slice(done), look);
}

/** How far a code moves; erasing begins at 0. */
function countOf(kind: string, numbers: string): number {
  return Number.parseInt(numbers, 10) || (kind === "K" ? 0 : 1);
}

/** A control character that means nothing here, as a sign that can be seen. */
function picture(code: string): string {
  return String.fromCharCode(code === "\x7f" ? 0x2421 : pictures + code.charCodeAt(0));
}

const ascii = /^[ -~]*$/;
const wide =
  /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|[\uff01-\uff60]|\p{Emoji_Presentation}/u;
const none = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** How many columns a text takes, about: it depends on the fonts that a reader has. */
export function columns(text: string): number {
  if (ascii.test(text)) return text.length;
  let count = 0;
  for (const character of text) {
    if (character === "\t") count += tab - (count % tab);
    else if (character <= "~") count += 1;
    else if (wide.test(character)) count += 2;
    else if (!none.test(character)) count += 1;
  }
  return count;
}
