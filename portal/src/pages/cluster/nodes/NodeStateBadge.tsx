import { Badge } from "@mantine/core";
import { CircleCheck, CirclePause, FileQuestion, Hourglass, LogOut, ServerOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Node } from "../queries";

const looks = {
  ready: { color: "green", icon: CircleCheck },
  cordoned: { color: "yellow", icon: CirclePause },
  draining: { color: "yellow", icon: Hourglass },
  emptying: { color: "orange", icon: LogOut },
  drained: { color: "gray", icon: CirclePause },
  gone: { color: "red", icon: ServerOff },
  unlisted: { color: "gray", icon: FileQuestion },
} as const;

/** The state of a machine: a word, a sign and a colour. */
export function NodeStateBadge({ state }: { state: Node["state"] }) {
  const { t } = useTranslation();
  const { color, icon: Icon } = looks[state];
  return (
    <Badge
      color={color}
      variant="light"
      tt="none"
      miw="max-content"
      leftSection={<Icon size={13} aria-hidden />}
      data-state={state}
    >
      {t(`cluster.nodeState.${state}`)}
    </Badge>
  );
}
