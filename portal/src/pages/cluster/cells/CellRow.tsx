import { Text } from "@mantine/core";
import { ChevronRight, Pin } from "lucide-react";
import { memo, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { LookBadge } from "../../../components/LookBadge";
import classes from "./CellTree.module.css";
import { CellUse } from "./CellUse";
import type { Row } from "./tree";

interface Props {
  ref: Ref<HTMLDivElement>;
  id: string;
  index: number;
  /** Where it stands in the tree, px. */
  top: number;
  row: Row;
  active: boolean;
  onPress: (row: Row) => void;
}

/** A cell: what it is, where it is, and who has it. Drawn anew only where it changed: one scrolls past many. */
export const CellRow = memo(function CellRow({ ref, id, index, top, row, active, onPress }: Props) {
  const { t } = useTranslation();
  const { cell } = row;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the focus, and takes the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the tree refers to the line that is meant
    <div
      ref={ref}
      id={id}
      data-index={index}
      data-active={active || undefined}
      className={classes.row}
      style={{ transform: `translateY(${top}px)`, paddingInlineStart: `${(row.level - 1) * 1.1 + 0.3}rem` }}
      role="treeitem"
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={row.open ?? undefined}
      aria-selected={active}
      onClick={() => onPress(row)}
    >
      <span className={classes.what}>
        <ChevronRight
          size={16}
          aria-hidden
          className={classes.chevron}
          data-open={row.open || undefined}
          visibility={row.open === null ? "hidden" : undefined}
        />
        <Text span size="sm" fw={600} dir="auto">
          {row.name}
        </Text>
        <Text span size="sm" c="dimmed">
          {cell.cellType}
        </Text>
        {cell.pinnedCellId !== null && (
          <LookBadge look={{ color: "grape", icon: Pin }}>
            {t("cluster.cells.pin", { pin: cell.pinnedCellId })}
          </LookBadge>
        )}
        {row.owner !== null && (
          <Text span size="sm" c="dimmed">
            {t("cluster.cells.owner", { name: row.owner })}
          </Text>
        )}
        {row.standsFor !== null && (
          <Text span size="sm" c="dimmed">
            {t("cluster.cells.standsFor", { address: row.standsFor })}
          </Text>
        )}
      </span>
      <CellUse cell={cell} />
    </div>
  );
});
