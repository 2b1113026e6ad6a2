import { UnstyledButton } from "@mantine/core";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { View } from "./address";
import type { Column } from "./columns";
import classes from "./JobTable.module.css";
import type { Change } from "./useView";

/** A column's head: a press sorts by it, another one the other way round. */
export function SortHeader({ column, view, change }: { column: Column; view: View; change: Change }) {
  const { t } = useTranslation();
  const { name, field, downwards } = column;
  const label = t(`job.field.${name}`);
  if (field === null) return <th className={classes[name]}>{label}</th>;
  const sorted = view.field === field;
  const Arrow = view.descending ? ArrowDown : ArrowUp;
  return (
    <th
      className={classes[name]}
      aria-sort={sorted ? (view.descending ? "descending" : "ascending") : undefined}
    >
      <UnstyledButton
        className={classes.sort}
        onClick={() => change({ field, descending: sorted ? !view.descending : downwards })}
      >
        {label}
        {sorted && <Arrow size={14} aria-hidden />}
      </UnstyledButton>
    </th>
  );
}
