import type { JobDetail, Task } from "../queries";

/** A line of the table: the name of a role over its tasks, or a task. */
export type Row =
  | { kind: "role"; key: string; role: string; count: number }
  | { kind: "task"; key: string; role: string; task: Task };

/** The tasks of a state, or all, by role in the order of the job file. A role with none is left out. */
export function rowsOf(job: JobDetail, state: string | null): Row[] {
  return Object.values(job.taskRoles).flatMap(({ taskRoleStatus: { name }, taskStatuses }) => {
    const tasks = taskStatuses.filter((task) => state === null || task.taskState === state);
    if (tasks.length === 0) return [];
    return [
      { kind: "role" as const, key: name, role: name, count: tasks.length },
      ...tasks.map((task) => ({
        kind: "task" as const,
        key: `${name} ${task.taskIndex}`,
        role: name,
        task,
      })),
    ];
  });
}
