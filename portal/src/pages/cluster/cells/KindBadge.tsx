import { Badge } from "@mantine/core";
import { Circle, CircleDashed, Cpu, Hourglass, LogOut, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { CellKind } from "./tree";

const looks = {
  free: { color: "green", icon: Circle },
  used: { color: "blue", icon: Cpu },
  opportunistic: { color: "cyan", icon: CircleDashed },
  leaving: { color: "orange", icon: LogOut },
  reserved: { color: "yellow", icon: Hourglass },
  bad: { color: "red", icon: TriangleAlert },
} as const;

export const kinds = Object.keys(looks) as CellKind[];

/** What a leaf cell is to others: a word, a sign and a colour. */
export function KindBadge({ kind }: { kind: CellKind }) {
  const { t } = useTranslation();
  const { color, icon: Icon } = looks[kind];
  return (
    <Badge
      color={color}
      variant="light"
      tt="none"
      miw="max-content"
      leftSection={<Icon size={12} aria-hidden />}
      data-kind={kind}
    >
      {t(`cluster.kind.${kind}`)}
    </Badge>
  );
}
