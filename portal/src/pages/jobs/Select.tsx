import { Checkbox } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ListProps, RowProps } from "./list";

/** Chooses a job, where something can be done with it. */
export function SelectJob({
  job,
  open,
  chosen,
  toggle,
}: Pick<RowProps, "job" | "open" | "chosen" | "toggle">) {
  const { t } = useTranslation();
  if (!open) return null;
  return (
    <Checkbox
      size="xs"
      aria-label={t("jobs.select.one", { name: job.name })}
      checked={chosen}
      onChange={(event) => {
        const { nativeEvent, currentTarget } = event;
        toggle(job, currentTarget.checked, nativeEvent instanceof MouseEvent && nativeEvent.shiftKey);
      }}
    />
  );
}

/** Chooses all jobs of the page with which something can be done. */
export function SelectAll({ jobs, selection }: Pick<ListProps, "jobs" | "selection">) {
  const { t } = useTranslation();
  const open = jobs.filter(selection.isOpen);
  const chosen = open.filter((job) => selection.choice.has(job.debugId)).length;
  if (open.length === 0) return null;
  return (
    <Checkbox
      size="xs"
      aria-label={t("jobs.select.all")}
      checked={chosen === open.length}
      indeterminate={chosen > 0 && chosen < open.length}
      onChange={(event) => selection.toggle(open, event.currentTarget.checked)}
    />
  );
}
