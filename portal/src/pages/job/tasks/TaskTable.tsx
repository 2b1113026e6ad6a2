import { Text } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { fullName } from "../paths";
import type { JobDetail } from "../queries";
import { rowsOf } from "./rows";
import { TaskRow } from "./TaskRow";
import classes from "./TaskTable.module.css";

const columns = ["task", "state", "node", "gpus", "exit", "duration"] as const;

/** Tasks as a table of which only the lines in view are in the page, so that a thousand of them are as quick as ten. */
export function TaskTable({ job, state }: { job: JobDetail; state: string | null }) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => rowsOf(job, state), [job, state]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => 41,
    overscan: 12,
    getItemKey: (place) => rows[place]?.key ?? place,
  });
  const shown = virtual.getVirtualItems();
  const above = shown[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0);

  const toggle = useCallback(
    (name: string) =>
      setOpen((before) => {
        const after = new Set(before);
        if (!after.delete(name)) after.add(name);
        return after;
      }),
    [],
  );

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must be able to scroll it
    <section className={classes.frame} ref={frame} aria-label={t("job.tasks.title")} tabIndex={0}>
      <table className={classes.table} aria-rowcount={rows.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column) => (
              <th key={column} scope="col">
                {t(`job.tasks.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <Space height={above} />
        {shown.map(({ key, index }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            <tbody key={key} data-index={index} ref={virtual.measureElement}>
              {row.kind === "role" ? (
                <tr aria-rowindex={index + 2}>
                  <th colSpan={columns.length} scope="rowgroup" className={classes.role}>
                    <Text span fw={600} dir="auto">
                      {row.role}
                    </Text>{" "}
                    <Text span c="dimmed" size="sm">
                      {t("job.where.tasks", { count: row.count })}
                    </Text>
                  </th>
                </tr>
              ) : (
                <TaskRow
                  job={fullName(job)}
                  jobAttempt={job.jobStatus.attemptId}
                  name={row.key}
                  role={row.role}
                  task={row.task}
                  place={index + 2}
                  columns={columns.length}
                  opened={open.has(row.key)}
                  onToggle={toggle}
                />
              )}
            </tbody>
          );
        })}
        <Space height={below} />
      </table>
    </section>
  );
}

/** Stands for the lines that are not in view. */
function Space({ height }: { height: number }) {
  if (height <= 0) return null;
  return (
    <tbody aria-hidden>
      <tr>
        <td colSpan={columns.length} style={{ height, padding: 0, border: 0 }} />
      </tr>
    </tbody>
  );
}
