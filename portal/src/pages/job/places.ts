import { gpuIndices } from "./gpus";
import { tasksOf } from "./pulls";
import type { JobDetail } from "./queries";

export interface Place {
  node: string;
  tasks: number;
  /** Indices of the GPUs that it has there, ascending, each once. */
  gpus: number[];
  /** They are described and not there. */
  described: boolean;
}

/** The machines of the job's current attempt, with what it has there. */
export function placesOf(job: JobDetail): Place[] {
  const places = new Map<string, Place>();
  for (const task of tasksOf(job)) {
    if (task.containerNodeName === null) continue;
    const known = places.get(task.containerNodeName);
    const place = known ?? { node: task.containerNodeName, tasks: 0, gpus: [], described: false };
    place.tasks += 1;
    place.gpus = [...new Set([...place.gpus, ...gpuIndices(task.containerGpus)])].sort((a, b) => a - b);
    place.described ||= task.fakeGpus;
    places.set(place.node, place);
  }
  return [...places.values()].sort((a, b) => a.node.localeCompare(b.node, undefined, { numeric: true }));
}
