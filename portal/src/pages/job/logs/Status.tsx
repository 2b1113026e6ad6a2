import { Group, Text } from "@mantine/core";
import { Check, CircleDashed, Radio, Unplug } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../components/format";
import type { LogDocument } from "./document";
import { taskLabel } from "./names";
import type { LogTask } from "./tasks";

/** Whether it is all there is, and how much that is. Lines that come are not told one by one. */
export function Status(props: { document: LogDocument; following: boolean; tasks: LogTask[] }) {
  const { document, following, tasks } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const size = document.files.reduce((sum, file) => sum + file.size, 0);
  const count = document.runs.count;
  const without = tasks.filter((_, at) => document.caughtUp && document.files[at]?.size === 0);
  return (
    <Group gap="md" justify="space-between">
      <Group gap={6} role="status">
        <Now document={document} following={following} />
      </Group>
      {tasks.length > 1 && without.length > 0 && (
        <Text size="xs" dir="auto">
          {t("logs.without", { tasks: without.map(taskLabel).join(", ") })}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {t("logs.size", { count, lines: format.number(count), size: format.bytes(size) })}
      </Text>
    </Group>
  );
}

function Now({ document, following }: { document: LogDocument; following: boolean }) {
  const { t } = useTranslation();
  const [Icon, text] = now(document, following);
  return (
    <>
      <Icon size={14} aria-hidden />
      <Text size="xs">{t(`logs.now.${text}`)}</Text>
    </>
  );
}

function now({ over, feed, caughtUp, loader }: LogDocument, following: boolean) {
  if (loader.error) return [Unplug, "unread"] as const;
  if (over && caughtUp) return [Check, "over"] as const;
  if (feed === "lost") return [Unplug, "lost"] as const;
  if (feed === "connecting" || !caughtUp) return [CircleDashed, "opening"] as const;
  return [Radio, following ? "following" : "paused"] as const;
}
