import { Loader, Stack, Text } from "@mantine/core";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { isFinal } from "../../../components/StateBadge";
import type { LogDocument } from "./document";
import type { StreamName } from "./names";
import type { LogTask } from "./tasks";

/** Why there are no lines. */
export function Notice(props: { document: LogDocument; tasks: LogTask[]; stream: StreamName }) {
  const { document, tasks, stream } = props;
  const { t } = useTranslation();
  if (document.counting || (!document.caughtUp && !document.over)) {
    return (
      <Stack align="center" gap="xs" role="status">
        <Loader size="sm" aria-hidden />
        <Text size="sm">{document.feed === "lost" ? t("logs.lost") : t("logs.opening")}</Text>
      </Stack>
    );
  }
  const [task, ...others] = tasks;
  const text = task && others.length === 0 ? whyEmpty(document, task, stream, t) : t("logs.empty.several");
  return (
    <Text size="sm" role="status">
      {text}
    </Text>
  );
}

function whyEmpty(document: LogDocument, task: LogTask, stream: StreamName, t: TFunction): string {
  const [state] = document.states;
  if (state === "none") return task.begun ? t("logs.empty.removed") : t("logs.empty.neverRan");
  if (state === "over")
    return stream === "all" ? t("logs.empty.over") : t("logs.empty.overStream", { stream });
  if (!task.begun) return isFinal(task.state) ? t("logs.empty.neverRan") : t("logs.empty.notBegun");
  return t("logs.empty.yet");
}
