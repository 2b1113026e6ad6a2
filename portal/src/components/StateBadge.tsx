import { Ban, CircleCheck, CircleHelp, CircleX, Clock, Loader, OctagonPause } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Look, LookBadge } from "./LookBadge";

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
const unknown: Look = { color: "gray", icon: CircleHelp };

/** The state of a job or a task. */
export function StateBadge({ state }: { state: string }) {
  const { t } = useTranslation();
  const known = isState(state);
  return (
    <LookBadge look={known ? looks[state] : unknown} data-state={state}>
      {known ? t(`state.${state}`) : state}
    </LookBadge>
  );
}

export function isState(word: string): word is State {
  return (states as readonly string[]).includes(word);
}

const finals = ["SUCCEEDED", "FAILED", "STOPPED"];

/** Whether a job or a task of this state has ended. */
export function isFinal(state: string): boolean {
  return finals.includes(state);
}
