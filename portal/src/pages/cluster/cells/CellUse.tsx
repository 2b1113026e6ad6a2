import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import { useFormat } from "../../../components/format";
import { FullJobLink } from "../../../components/JobLink";
import { UsageBar } from "../../../components/UsageBar";
import type { Cell } from "../queries";
import classes from "./CellTree.module.css";
import { KindBadge } from "./KindBadge";
import { kindOf } from "./tree";

const jobsNamed = 3;

/** Who has a cell: of a leaf its state and its job, of a larger one the numbers and the first jobs. */
export function CellUse({ cell }: { cell: Cell }) {
  if (cell.inside !== null) return <InsideUse inside={cell.inside} />;
  const kind = kindOf(cell);
  return (
    <span className={classes.use}>
      <KindBadge kind={kind} />
      {cell.cellHealthiness === "Bad" && kind !== "bad" && <KindBadge kind="bad" />}
      <Jobs names={cell.job === null ? [] : [cell.job]} />
    </span>
  );
}

function InsideUse({ inside }: { inside: Schemas["InsideReply"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { used, reserved, opportunistic, bad, free, cells: total } = inside;
  return (
    <span className={classes.use}>
      <span className={classes.bar}>
        <UsageBar usage={{ total, used: used + reserved, opportunistic, bad, free }} />
      </span>
      <Text span size="sm">
        {t("cluster.freeOf", { free: format.number(free), total: format.number(total) })}
      </Text>
      {bad > 0 && (
        <Text span size="sm" c="dimmed">
          {t("cluster.bad", { count: bad })}
        </Text>
      )}
      {reserved > 0 && (
        <Text span size="sm" c="dimmed">
          {t("cluster.reserved", { count: reserved })}
        </Text>
      )}
      <Jobs names={inside.jobs} />
    </span>
  );
}

/** Not reached by Tab, which would be a long way through a large tree: Enter on a leaf leads to its job. */
function Jobs({ names }: { names: string[] }) {
  const { t } = useTranslation();
  const more = names.length - jobsNamed;
  return (
    <>
      {names.slice(0, jobsNamed).map((job) => (
        // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: keeps a click on the link from opening the cell
        <span key={job} className={classes.job} onClick={(event) => event.stopPropagation()}>
          <FullJobLink job={job} tabIndex={-1} />
        </span>
      ))}
      {more > 0 && (
        <Text span size="sm" c="dimmed">
          {t("cluster.more", { count: more })}
        </Text>
      )}
    </>
  );
}
