import type { Usage } from "../../../components/UsageBar";
import type { Explanation } from "../queries";

export type Room = Explanation["rooms"][number];
export type Holder = Room["holders"][number];

/** Who holds cells, each job once: the server tells of gangs, and a job may have many. */
export function holdersOf(room: Room): Holder[] {
  const found = new Map<string, Holder>();
  for (const holder of room.holders) {
    const key = `${holder.job} ${holder.priority} ${holder.reserved}`;
    const known = found.get(key);
    if (known) known.cells += holder.cells;
    else found.set(key, { ...holder });
  }
  return [...found.values()];
}

/** Priorities below 0 use idle cells, and give way. */
export function usageOf(room: Room): Usage {
  const sums = { used: 0, opportunistic: 0 };
  for (const [priority, cells] of Object.entries(room.used)) {
    sums[Number(priority) < 0 ? "opportunistic" : "used"] += cells;
  }
  return { ...sums, total: room.cells, bad: room.bad, free: room.free + room.elsewhere };
}
