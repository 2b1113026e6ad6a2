import { Circle, CircleDashed, Cpu, Hourglass, LogOut, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LookBadge } from "../../../components/LookBadge";
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

/** What a leaf cell is to others. */
export function KindBadge({ kind }: { kind: CellKind }) {
  const { t } = useTranslation();
  return <LookBadge look={looks[kind]}>{t(`cluster.kind.${kind}`)}</LookBadge>;
}
