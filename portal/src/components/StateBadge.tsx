import { Badge } from "@mantine/core";
import { Ban, CircleCheck, CircleHelp, CircleX, Clock, Loader, OctagonPause } from "lucide-react";
import { useTranslation } from "react-i18next";

export const states = ["WAITING", "RUNNING", "STOPPING", "SUCCEEDED", "FAILED", "STOPPED"] as const;
export type State = (typeof states)[number];

const looks = {
  WAITING: { color: "yellow", icon: Clock },
  RUNNING: { color: "blue", icon: Loader },
  STOPPING: { color: "orange", icon: OctagonPause },
  SUCCEEDED: { color: "green", icon: CircleCheck },
  FAILED: { color: "red", icon: CircleX },
  STOPPED: { color: "gray", icon: Ban },
} as const;

/** The state of a job or a task: a word, a sign and a colour, never the colour alone. */
export function StateBadge({ state }: { state: string }) {
  const { t } = useTranslation();
  const known = isState(state);
  const { color, icon: Icon } = known ? looks[state] : { color: "gray", icon: CircleHelp };
  return (
    <Badge
      color={color}
      variant="light"
      tt="none"
      miw="max-content"
      leftSection={<Icon size={13} aria-hidden />}
      data-state={state}
    >
      {known ? t(`state.${state}`) : state}
    </Badge>
  );
}

export function isState(word: string): word is State {
  return (states as readonly string[]).includes(word);
}
