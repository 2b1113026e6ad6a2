/** What of the jobs is shown, and the address that says so: a link shows another the same, and so does the back button. */
import { isState, type State } from "../../components/StateBadge";

export const fields = [
  "jobName",
  "username",
  "vc",
  "state",
  "submissionTime",
  "totalTaskNumber",
  "totalGpuNumber",
  "retries",
] as const;
/** What the server sorts by, in its own words. */
export type Field = (typeof fields)[number];

export const sizes = [25, 50, 100, 500, 1000];

export interface View {
  /** Whose jobs; none: everybody's. */
  usernames: string[];
  states: State[];
  clusters: string[];
  keyword: string;
  field: Field;
  descending: boolean;
  /** From 1. */
  page: number;
  size: number;
}

const everybody = "*";
const most = 1_000_000;

/** Everybody's jobs, newest first. */
export const all: View = {
  usernames: [],
  states: [],
  clusters: [],
  keyword: "",
  field: "submissionTime",
  descending: true,
  page: 1,
  size: 25,
};

/** Nothing is left out of the jobs of those whose they are. */
export const unfiltered = { keyword: "", states: [], clusters: [] } satisfies Partial<View>;

/** What an address asks for. What is wrong in it is as if it were not there. */
export function readView(search: string): View {
  const given = new URLSearchParams(search);
  const list = (name: string) => [...new Set(given.get(name)?.split(",").filter(Boolean))];
  const [field, direction] = list("order");
  const known = fields.find((each) => each === field);
  return {
    usernames: list("username").filter((name) => name !== everybody),
    states: list("state")
      .map((state) => state.toUpperCase())
      .filter(isState),
    clusters: list("vc"),
    keyword: given.get("keyword") ?? "",
    field: known ?? all.field,
    descending: known ? direction !== "ASC" : all.descending,
    page: whole(given.get("page")) ?? all.page,
    size: sizes.find((size) => size === whole(given.get("size"))) ?? all.size,
  };
}

/** The address of a view. It always says whose jobs: without anything it would mean the reader's own. */
export function writeView(view: View): string {
  const parts: [string, string][] = [["username", view.usernames.join(",") || everybody]];
  if (view.states.length > 0) parts.push(["state", view.states.join(",")]);
  if (view.clusters.length > 0) parts.push(["vc", view.clusters.join(",")]);
  if (view.keyword !== "") parts.push(["keyword", view.keyword]);
  if (order(view) !== order(all)) parts.push(["order", order(view)]);
  if (view.page !== all.page) parts.push(["page", `${view.page}`]);
  if (view.size !== all.size) parts.push(["size", `${view.size}`]);
  return `?${parts.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`).join("&")}`;
}

/** As the server wants it said. */
export function order({ field, descending }: View): string {
  return `${field},${descending ? "DESC" : "ASC"}`;
}

/** Whether anything is left out of the jobs of those whose they are. */
export function isFiltered(view: View): boolean {
  return view.keyword !== "" || view.states.length > 0 || view.clusters.length > 0;
}

function whole(text: string | null): number | undefined {
  const number = Number(text);
  return text !== null && Number.isInteger(number) && number > 0 && number <= most ? number : undefined;
}
