import { expect, test } from "vitest";
import { stepOf } from "../src/pages/cluster/cells/keys";
import { addressesOf, kindOf, openAtFirst, rowsOf, toggle } from "../src/pages/cluster/cells/tree";
import type { Cell } from "../src/pages/cluster/queries";

const inside = { cells: 2, used: 1, opportunistic: 0, reserved: 0, bad: 0, free: 1, jobs: ["ann~train"] };

function cell(address: string, more: Partial<Cell> = {}): Cell {
  return {
    cellType: "GPU",
    cellAddress: address,
    isNodeLevel: false,
    leafCellType: null,
    cellState: "Free",
    cellHealthiness: "Healthy",
    cellPriority: -2,
    vc: null,
    job: null,
    pinnedCellId: null,
    physicalAddress: null,
    inside: null,
    cellChildren: [],
    ...more,
  };
}

const leaf = (address: string) => cell(address);
const node = (address: string, ...cellChildren: Cell[]) =>
  cell(address, { cellType: "NODE", isNodeLevel: true, inside, cellChildren });
const rack = (address: string, ...cellChildren: Cell[]) =>
  cell(address, { cellType: "RACK", inside: { ...inside, cells: 100 }, cellChildren });
const names = (cells: Cell[], toggled = new Map<string, boolean>()) =>
  rowsOf(cells, toggled, null).map(({ level, name, open }) => `${level} ${name} ${open}`);

const closed = [rack("r1"), rack("r2")];
const opened = [rack("r1", node("r1/n1", leaf("r1/n1/0"), leaf("r1/n1/1")), node("r1/n2")), rack("r2")];

test("what came along is open, and each line tells its own part of the address", () => {
  expect(names(closed)).toEqual(["1 r1 false", "1 r2 false"]);
  expect(names(opened)).toEqual([
    "1 r1 true",
    "2 n1 true",
    "3 0 null",
    "3 1 null",
    "2 n2 false",
    "1 r2 false",
  ]);
});

test("opening asks for the inside of a cell, and closing asks no more", () => {
  const [first] = rowsOf(closed, new Map(), null);
  if (!first) throw new Error("no line");
  const open = toggle(new Map(), first);
  expect(addressesOf(open)).toEqual(["r1"]);
  const [again] = rowsOf(opened, open, null);
  if (!again) throw new Error("no line");
  const shut = toggle(open, again);
  expect(addressesOf(shut)).toEqual([]);
  expect(names(opened, new Map(shut))).toEqual(["1 r1 false", "1 r2 false"]);
});

test("of very many that are open the first one closes", () => {
  const racks = Array.from({ length: 151 }, (_, number) => rack(`r${number}`));
  const all = rowsOf(racks, new Map(), null).reduce(
    toggle,
    new Map<string, boolean>() as ReadonlyMap<string, boolean>,
  );
  expect(addressesOf(all)).toHaveLength(150);
  expect(addressesOf(all)).not.toContain("r0");
});

test("a small tree is open at first, a large one is not", () => {
  expect(addressesOf(openAtFirst([node("n1"), node("n2")]))).toEqual(["n1", "n2"]);
  expect(addressesOf(openAtFirst(closed))).toEqual([]);
});

test("a virtual cluster is told once, where it begins", () => {
  const within = [
    cell("n", { vc: "a", inside, cellChildren: [cell("n/0", { vc: "a" }), cell("n/1", { vc: "b" })] }),
  ];
  expect(rowsOf(within, new Map(), null).map(({ owner }) => owner)).toEqual(["a", null, "b"]);
  expect(rowsOf(within, new Map(), "a").map(({ owner }) => owner)).toEqual([null, null, "b"]);
});

test("a promised cell tells where it is, and what is used while it is idle is where it is", () => {
  const promised = [
    cell("a/0", { physicalAddress: "n1/0" }),
    cell("a/1"),
    cell("n1/1-opp", { physicalAddress: "n1/1" }),
  ];
  expect(rowsOf(promised, new Map(), "a").map(({ name, standsFor }) => [name, standsFor])).toEqual([
    ["a/0", "n1/0"],
    ["a/1", null],
    ["n1/1", null],
  ]);
});

test("a machine with two kinds of cells is two lines with one address", () => {
  const both = [node("n"), cell("n", { cellType: "CPU-NODE", inside })];
  expect(new Set(rowsOf(both, new Map(), null).map(({ key }) => key)).size).toBe(2);
});

test.each([
  [{}, "free"],
  [{ cellHealthiness: "Bad" }, "bad"],
  [{ cellState: "Used", cellPriority: 10 }, "used"],
  [{ cellState: "Used", cellPriority: -1 }, "opportunistic"],
  [{ cellState: "Used", cellPriority: 10, cellHealthiness: "Bad" }, "used"],
  [{ cellState: "Reserving", cellPriority: 10 }, "leaving"],
  [{ cellState: "Reserved", cellPriority: 10 }, "reserved"],
] as [Partial<Cell>, string][])("%j is %s", (more, kind) => {
  expect(kindOf(cell("x", more))).toBe(kind);
});

test("the keys of a tree", () => {
  const rows = rowsOf(opened, new Map(), null);
  expect(stepOf("ArrowDown", rows, 0)).toEqual({ to: 1 });
  expect(stepOf("ArrowUp", rows, 0)).toEqual({ to: 0 });
  expect(stepOf("End", rows, 0)).toEqual({ to: 5 });
  expect(stepOf("ArrowRight", rows, 0)).toEqual({ to: 1 });
  expect(stepOf("ArrowRight", rows, 4)).toEqual({ toggle: rows[4] });
  expect(stepOf("ArrowRight", rows, 2)).toEqual({});
  expect(stepOf("ArrowLeft", rows, 3)).toEqual({ to: 1 });
  expect(stepOf("ArrowLeft", rows, 1)).toEqual({ toggle: rows[1] });
  expect(stepOf("x", rows, 0)).toBeNull();
  const held = rowsOf([cell("n", { job: "ann~train" })], new Map(), null);
  expect(stepOf("Enter", held, 0)).toEqual({ job: "ann~train" });
});
