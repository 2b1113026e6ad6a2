import { ActionIcon, Group, NativeSelect } from "@mantine/core";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useTranslation } from "react-i18next";
import { columns } from "./columns";
import type { ListProps } from "./list";
import { SelectAll } from "./Select";

/** What the heads of a table's columns do, where there is no table: choose all, and sort. */
export function CardOrder({
  jobs,
  view,
  change,
  selection,
}: Pick<ListProps, "jobs" | "view" | "change" | "selection">) {
  const { t } = useTranslation();
  const Arrow = view.descending ? ArrowDown : ArrowUp;
  return (
    <Group wrap="nowrap" gap="xs" mb="xs" px={3}>
      <SelectAll jobs={jobs} selection={selection} />
      <Group gap={4} wrap="nowrap" ml="auto">
        <NativeSelect
          aria-label={t("jobs.sort.by")}
          size="xs"
          value={view.field}
          onChange={(event) => {
            const column = columns.find(({ field }) => field === event.currentTarget.value);
            if (column?.field) change({ field: column.field, descending: column.downwards });
          }}
          data={columns.flatMap(({ field, name }) =>
            field === null ? [] : [{ value: field, label: t(`job.field.${name}`) }],
          )}
        />
        <ActionIcon
          variant="default"
          aria-label={view.descending ? t("jobs.sort.descending") : t("jobs.sort.ascending")}
          onClick={() => change({ descending: !view.descending })}
        >
          <Arrow size={16} aria-hidden />
        </ActionIcon>
      </Group>
    </Group>
  );
}
