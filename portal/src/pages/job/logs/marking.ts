import type { Piece } from "./ansi";

export interface MarkedPiece extends Piece {
  mark: boolean;
}

/** Capital ASCII letters made small, and nothing else: the server searches so. */
export function small(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** The pieces of a line, cut where `sought`, in small letters, begins and ends. */
export function marked(pieces: Piece[], sought: string): MarkedPiece[] {
  const text = small(pieces.map((piece) => piece.text).join(""));
  const cuts: number[] = [];
  for (let at = text.indexOf(sought); at >= 0; at = text.indexOf(sought, at + sought.length)) {
    cuts.push(at, at + sought.length);
  }
  const found: MarkedPiece[] = [];
  let next = 0; // the cut to come; an odd one ends a match
  let begin = 0;
  for (const piece of pieces) {
    const end = begin + piece.text.length;
    while (begin < end) {
      while ((cuts[next] ?? end) <= begin && next < cuts.length) next += 1;
      const stop = Math.min(cuts[next] ?? end, end);
      found.push({
        look: piece.look,
        text: piece.text.slice(begin - end, stop - end || undefined),
        mark: next % 2 === 1,
      });
      begin = stop;
    }
  }
  return found;
}
