import { ActionIcon, Button, Group, Text } from "@mantine/core";
import { OctagonX, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../components/format";
import type { View } from "./address";
import classes from "./Foot.module.css";
import { Paging } from "./Paging";
import type { Selection } from "./selection";
import type { Change } from "./useView";

interface Props {
  view: View;
  change: Change;
  total: number;
  selection: Selection;
  onStop: () => void;
}

/** Stays at the window's lower edge: where one is in the list, and what can be done with the chosen jobs. */
export function Foot({ view, change, total, selection, onStop }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const first = (view.page - 1) * view.size + 1;
  return (
    <div className={classes.foot}>
      {selection.choice.size > 0 ? (
        <Chosen selection={selection} onStop={onStop} />
      ) : (
        <Text size="sm">
          {t("jobs.page.range", {
            first: format.number(first),
            last: format.number(Math.min(first + view.size - 1, total)),
            total: format.number(total),
          })}
        </Text>
      )}
      <Paging view={view} change={change} total={total} />
    </div>
  );
}

function Chosen({ selection: { choice, clear }, onStop }: Pick<Props, "selection" | "onStop">) {
  const { t } = useTranslation();
  return (
    <Group gap="xs">
      <Text size="sm" role="status">
        {t("jobs.select.count", { count: choice.size })}
      </Text>
      <Button size="xs" color="red" leftSection={<OctagonX size={14} aria-hidden />} onClick={onStop}>
        {t("jobs.stop.open")}
      </Button>
      <ActionIcon variant="default" aria-label={t("jobs.select.clear")} onClick={clear}>
        <X size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
