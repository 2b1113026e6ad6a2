import { CircleCheck, CirclePause, FileQuestion, Hourglass, LogOut, ServerOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LookBadge } from "../../../components/LookBadge";
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

/** The state of a machine. */
export function NodeStateBadge({ state }: { state: Node["state"] }) {
  const { t } = useTranslation();
  return <LookBadge look={looks[state]}>{t(`cluster.nodeState.${state}`)}</LookBadge>;
}
