import { Badge } from "@mantine/core";
import { Radio, RefreshCw, Unplug } from "lucide-react";
import { useTranslation } from "react-i18next";
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
  const { color, icon: Icon } = looks[state];
  return (
    <Badge
      color={color}
      variant="light"
      tt="none"
      leftSection={<Icon size={12} aria-hidden />}
      visibleFrom="xs"
      data-live={state}
    >
      {t(`shell.live.${state}`)}
    </Badge>
  );
}
