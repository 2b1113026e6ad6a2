import { Text } from "@mantine/core";
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { fullJobPath } from "../../../components/paths";
import type { Cell } from "../queries";
import { CellRow } from "./CellRow";
import classes from "./CellTree.module.css";
import { stepOf } from "./keys";
import { type Row, rowsOf, type Toggled, toggle } from "./tree";

interface Props {
  label: string;
  /** The virtual cluster that all are promised to; null: those that are there. */
  vc: string | null;
  cells: Cell[];
  toggled: Toggled;
  onToggled: (toggled: Toggled) => void;
}

/** Cells as a tree. Only the lines in sight are there, so that there may be any number. The tree has the focus, and says
which of its lines is meant. */
export function CellTree({ label, vc, cells, toggled, onToggled }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [activeKey, setActiveKey] = useState<string | null>(null);
  const rows = useMemo(() => rowsOf(cells, toggled, vc), [cells, toggled, vc]);
  const active = Math.max(
    rows.findIndex(({ key }) => key === activeKey),
    0,
  );
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 12,
    // The line that is meant stays, wherever one scrolls: the tree refers to it.
    rangeExtractor: (range) =>
      [...new Set([...defaultRangeExtractor(range), active])].sort((one, other) => one - other),
  });

  const onKeyDown = (event: KeyboardEvent) => {
    const step = stepOf(event.key, rows, active);
    if (step === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (step.to !== undefined) {
      setActiveKey(rows[step.to]?.key ?? null);
      virtual.scrollToIndex(step.to);
    }
    if (step.toggle) onToggled(toggle(toggled, step.toggle));
    if (step.job) navigate(fullJobPath(step.job));
  };

  const press = useCallback(
    (row: Row) => {
      setActiveKey(row.key);
      if (row.open !== null) onToggled(toggle(toggled, row));
    },
    [toggled, onToggled],
  );

  return (
    <div>
      <Text size="sm" c="dimmed" className={classes.hint} id={`${id}-keys`}>
        {t("cluster.cells.keys")}
      </Text>
      <div
        ref={scroller}
        className={classes.tree}
        role="tree"
        aria-label={label}
        aria-describedby={`${id}-keys`}
        aria-activedescendant={rows.length > 0 ? `${id}-${active}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="none" className={classes.all} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return (
              row && (
                <CellRow
                  key={item.key}
                  ref={virtual.measureElement}
                  id={`${id}-${item.index}`}
                  index={item.index}
                  top={item.start}
                  row={row}
                  active={item.index === active}
                  onPress={press}
                />
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

const rowHeight = 34;
