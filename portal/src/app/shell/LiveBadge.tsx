import { Radio, RefreshCw, Unplug } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LookBadge } from "../../components/LookBadge";
import { useLive } from "../live";

const looks = {
  live: { color: "green", icon: Radio },
  connecting: { color: "gray", icon: RefreshCw },
  lost: { color: "orange", icon: Unplug },
} as const;

/** Whether the page keeps itself up to date, in a word. */
export function LiveBadge() {
  const { t } = useTranslation();
  const { state } = useLive();
  return (
    <LookBadge look={looks[state]} visibleFrom="xs">
      {t(`shell.live.${state}`)}
    </LookBadge>
  );
}
