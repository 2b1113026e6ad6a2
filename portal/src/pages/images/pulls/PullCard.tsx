import { Group, Progress, Stack, Text } from "@mantine/core";
import { CircleCheck, CircleX, Clock, Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../components/format";
import { LookBadge } from "../../../components/LookBadge";
import { Moment } from "../../../components/Moment";
import { Words } from "../../../components/Words";
import type { Pull } from "../queries";
import classes from "./Pulls.module.css";
import { percentOf } from "./progress";

const looks = {
  pulling: { color: "blue", icon: Download },
  waiting: { color: "yellow", icon: Clock },
  done: { color: "green", icon: CircleCheck },
  failed: { color: "red", icon: CircleX },
} as const;

/** One pull: its bytes, layers, speed and the time it still takes, or why it failed. */
export function PullCard({ pull }: { pull: Pull }) {
  const { t } = useTranslation();
  const percent = percentOf(pull);
  return (
    <Stack component="li" gap={6} data-pull={pull.state}>
      <Group gap="xs" justify="space-between">
        <Text fw={600} className={classes.name}>
          {pull.image}
        </Text>
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {t(`images.pull.by.${pull.by}`)}
          </Text>
          <LookBadge look={looks[pull.state]}>{t(`images.pull.${pull.state}`)}</LookBadge>
        </Group>
      </Group>
      {pull.state === "pulling" && (
        <Progress.Root size="lg">
          <Progress.Section
            value={percent ?? 0}
            aria-label={t("images.pull.progress", { image: pull.image })}
          />
        </Progress.Root>
      )}
      <Facts pull={pull} percent={percent} />
      {pull.reason && (
        <Text size="sm" dir="auto">
          <Words text={pull.reason.message} />{" "}
          <Text span c="dimmed" size="sm">
            <Words text={pull.reason.fix ?? ""} />
          </Text>
        </Text>
      )}
    </Stack>
  );
}

function Facts({ pull, percent }: { pull: Pull; percent: number | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (pull.state !== "pulling") {
    const time = pull.state === "waiting" ? pull.againTime : pull.since;
    if (time === null) return null;
    return (
      <Text size="sm" c="dimmed">
        {pull.state === "waiting" && `${t("images.pull.again")} `}
        <Moment time={time} />
      </Text>
    );
  }
  const facts = [
    percent !== null ? `${format.number(percent)}%` : t("images.pull.begins"),
    pull.totalBytes > 0 &&
      t("images.pull.bytes", { done: format.bytes(pull.doneBytes), total: format.bytes(pull.totalBytes) }),
    pull.layersTotal > 0 &&
      t("images.pull.layers", { done: pull.layersDone, total: format.number(pull.layersTotal) }),
    pull.bytesPerSecond > 0 && t("images.pull.speed", { size: format.bytes(pull.bytesPerSecond) }),
    pull.remainingSeconds !== null &&
      t("images.pull.left", { span: format.span(pull.remainingSeconds * 1000) }),
  ];
  return <Text size="sm">{facts.filter(Boolean).join(" · ")}</Text>;
}
