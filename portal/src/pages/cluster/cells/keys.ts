import type { Row } from "./tree";

/** What a key does in the tree: goes to another line, opens or closes one, or goes to its job. */
export interface Step {
  to?: number;
  toggle?: Row;
  job?: string;
}

/** As WAI-ARIA has it for trees; null where the key means nothing here. */
export function stepOf(key: string, rows: readonly Row[], active: number): Step | null {
  const row = rows[active];
  if (row === undefined) return null;
  switch (key) {
    case "ArrowDown":
      return { to: Math.min(active + 1, rows.length - 1) };
    case "ArrowUp":
      return { to: Math.max(active - 1, 0) };
    case "Home":
      return { to: 0 };
    case "End":
      return { to: rows.length - 1 };
    case "ArrowRight":
      return inwards(row, rows, active);
    case "ArrowLeft":
      return outwards(row, rows);
    case "Enter":
    case " ":
      return row.open !== null ? { toggle: row } : row.cell.job === null ? {} : { job: row.cell.job };
    default:
      return null;
  }
}

function inwards(row: Row, rows: readonly Row[], active: number): Step {
  if (row.open === false) return { toggle: row };
  return rows[active + 1]?.parent === row.key ? { to: active + 1 } : {};
}

function outwards(row: Row, rows: readonly Row[]): Step {
  if (row.open) return { toggle: row };
  const parent = rows.findIndex(({ key }) => key === row.parent);
  return parent < 0 ? {} : { to: parent };
}
