import type { Path } from "./path";

/** The order in which people write a job file: where a key that is new goes. */
const orders: [RegExp, string[]][] = [
  [
    /^$/,
    "protocolVersion name type version contributor description parameters secrets prerequisites jobRetryCount taskRoles deployments defaults extras".split(
      " ",
    ),
  ],
  [
    /^taskRoles [^ ]+$/,
    "instances completion taskRetryCount prerequisites dockerImage data output script resourcePerInstance extraContainerOptions commands".split(
      " ",
    ),
  ],
  [/^prerequisites \d+$/, "name type uri auth".split(" ")],
];

/** After which of `keys` the last key of `path` goes: the index, -1 for before all. */
export function orderOf(path: Path, keys: string[]): number {
  const above = path.slice(0, -1).join(" ");
  const order = orders.find(([where]) => where.test(above))?.[1] ?? [];
  const place = order.indexOf(String(path.at(-1)));
  if (place < 0) return keys.length - 1;
  return keys.findLastIndex((key) => order.indexOf(key) < place);
}
