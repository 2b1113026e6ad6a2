/** A colour: 0 to 255 of the terminal's table, or red, green and blue. */
export type Colour = number | readonly [number, number, number];

/** How characters look. Two that look the same are the same object as long as no code stands between them. */
export interface Look {
  readonly front?: Colour | undefined;
  readonly back?: Colour | undefined;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strike?: boolean;
  readonly inverse?: boolean;
}

export const plain: Look = {};

const switches: Record<number, Look> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { front: undefined },
  49: { back: undefined },
};

/** How characters look after `ESC [ codes m`. */
export function styled(before: Look, codes: string): Look {
  let left = codes.split(/[;:]/).map((code) => Number.parseInt(code, 10) || 0);
  let look = before;
  while (left.length > 0) {
    const [code = 0, ...rest] = left;
    const [change, used] = code === 38 || code === 48 ? extended(code, rest) : [changeBy(code), 0];
    look = change === null ? plain : { ...look, ...change };
    left = rest.slice(used);
  }
  return look;
}

/** What one code changes; null: all is as at the begin. */
function changeBy(code: number): Look | null {
  return code === 0 ? null : (switches[code] ?? named(code));
}

/** The sixteen colours that have a code of their own. */
function named(code: number): Look {
  if (code >= 30 && code <= 37) return { front: code - 30 };
  if (code >= 40 && code <= 47) return { back: code - 40 };
  if (code >= 90 && code <= 97) return { front: code - 90 + 8 };
  if (code >= 100 && code <= 107) return { back: code - 100 + 8 };
  return {};
}

/** What 38 or 48 and the numbers after it change, and how many of those there are. */
function extended(code: number, [kind, ...rest]: number[]): [Look, number] {
  const which = code === 38 ? "front" : "back";
  if (kind === 5) return [{ [which]: within(rest[0]) }, 2];
  if (kind === 2) return [{ [which]: [within(rest[0]), within(rest[1]), within(rest[2])] }, 4];
  return [{}, 1];
}

function within(value = 0): number {
  return Math.min(Math.max(value, 0), 255);
}
