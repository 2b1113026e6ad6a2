import type { JobDetail, Pull, Task } from "./queries";

/** An image on its way to a machine, and how many tasks wait for it. */
export interface Coming {
  node: string;
  pull: Pull;
  tasks: number;
}

/** Every pull under way, once for each image and machine. */
export function comingImages(job: JobDetail): Coming[] {
  const found = new Map<string, Coming>();
  for (const task of tasksOf(job)) {
    if (task.pull === null) continue;
    const node = task.containerNodeName ?? "";
    const key = `${task.pull.image} ${node}`;
    const known = found.get(key);
    if (known) known.tasks += 1;
    else found.set(key, { node, pull: task.pull, tasks: 1 });
  }
  return [...found.values()];
}

/** An image's name as people read it: of a digest, which the images of the job tell in full, the beginning. */
export function shortName(image: string): string {
  return image.replace(/(:[^/:@]+)@sha256:.+$/, "$1").replace(/(@sha256:.{12}).+$/, "$1…");
}

/** The job with this news of a task's image. */
export function withPull(job: JobDetail, pull: Pull): JobDetail {
  const taskRoles = Object.fromEntries(
    Object.entries(job.taskRoles).map(([key, role]) => {
      if (role.taskRoleStatus.name !== pull.role) return [key, role];
      const taskStatuses = role.taskStatuses.map((task) =>
        task.taskIndex === pull.index ? { ...task, pull } : task,
      );
      return [key, { ...role, taskStatuses }];
    }),
  );
  return { ...job, taskRoles };
}

export function tasksOf(job: JobDetail): Task[] {
  return Object.values(job.taskRoles).flatMap((role) => role.taskStatuses);
}
