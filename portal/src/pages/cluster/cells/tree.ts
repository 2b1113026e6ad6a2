import type { Cell } from "../queries";

/** Which cells a person opened (true) or closed (false), in the order in which he did; the others are as they come. */
export type Toggled = ReadonlyMap<string, boolean>;

/** A cell as a line of the tree. */
export interface Row {
  key: string;
  cell: Cell;
  /** Its own part of the address. */
  name: string;
  /** From 1 at the top. */
  level: number;
  /** null where nothing is in it. */
  open: boolean | null;
  parent: string | null;
  /** Where in the machines a promised cell is now. */
  standsFor: string | null;
  /** The virtual cluster that it serves, where that is not told by the line above. */
  owner: string | null;
  /** From 1, among so many that are in the same cell. */
  position: number;
  siblings: number;
}

export type CellKind = "free" | "used" | "opportunistic" | "leaving" | "reserved" | "bad";

const opportunistic = -1;
const mostOpened = 150; // an address for each goes into one request
const openedAtFirst = 64; // leaf cells: a tree of so many is shown as a whole

/** The lines of the tree, as it is open now. `known`: the virtual cluster that they are of anyway. */
export function rowsOf(cells: readonly Cell[], toggled: Toggled, known: string | null): Row[] {
  const rows: Row[] = [];
  const add = (siblings: readonly Cell[], parent: Row | null) => {
    for (const [index, cell] of siblings.entries()) {
      const place = { parent: parent?.key ?? null, position: index + 1, siblings: siblings.length };
      const row: Row = { ...rowOf(cell, parent, known), ...place, open: isOpen(cell, toggled) };
      rows.push(row);
      if (row.open) add(cell.cellChildren, row);
    }
  };
  add(cells, null);
  return rows;
}

function rowOf(cell: Cell, parent: Row | null, known: string | null) {
  const above = parent === null ? 0 : parent.cell.cellAddress.length + 1;
  // What is used while it is idle is promised to others: its own address is the one that it has in the machines.
  const own = cell.cellAddress === `${cell.physicalAddress}-opp` ? cell.physicalAddress : null;
  return {
    key: keyOf(cell),
    cell,
    name: own ?? cell.cellAddress.slice(above),
    standsFor: own === null ? cell.physicalAddress : null,
    level: (parent?.level ?? 0) + 1,
    owner: cell.vc === (parent?.cell.vc ?? known) ? null : cell.vc,
  };
}

/** A machine comes with all that is in it, and is opened as a whole. */
function isOpen(cell: Cell, toggled: Toggled): boolean | null {
  if (cell.inside === null) return null;
  return toggled.get(keyOf(cell)) ?? cell.cellChildren.length > 0;
}

/** The same, with this line opened or closed. Of too many that are open the one that was opened first closes. */
export function toggle(toggled: Toggled, row: Row): Toggled {
  const next = new Map(toggled);
  next.delete(row.key);
  next.set(row.key, row.open === false);
  for (const key of openKeys(next).slice(0, -mostOpened)) next.delete(key);
  return next;
}

/** The addresses whose insides must be asked for. */
export function addressesOf(toggled: Toggled): string[] {
  return openKeys(toggled)
    .map((key) => key.slice(key.indexOf("\n") + 1))
    .sort();
}

/** A small tree is open from the beginning. */
export function openAtFirst(cells: readonly Cell[]): Toggled {
  const leaves = cells.reduce((sum, cell) => sum + (cell.inside?.cells ?? 1), 0);
  const opened = leaves <= openedAtFirst ? cells.filter((cell) => cell.inside !== null) : [];
  return new Map(opened.map((cell) => [keyOf(cell), true]));
}

/** What a leaf is to the one who looks for a place. */
export function kindOf(cell: Cell): CellKind {
  switch (cell.cellState) {
    case "Free":
      return cell.cellHealthiness === "Bad" ? "bad" : "free";
    case "Reserved":
      return "reserved";
    case "Reserving":
      return "leaving";
    case "Used":
      return cell.cellPriority === opportunistic ? "opportunistic" : "used";
  }
}

// A machine may be there twice, with its GPUs and with its cores; the types tell which.
function keyOf(cell: Cell): string {
  return `${cell.cellType}\n${cell.cellAddress}`;
}

function openKeys(toggled: Toggled): string[] {
  return [...toggled].filter(([, open]) => open).map(([key]) => key);
}
