import { Group, Text } from "@mantine/core";
import { FlaskConical } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../api/client";
import { useFormat } from "./format";
import { LookBadge } from "./LookBadge";
import classes from "./SkuUse.module.css";
import { UsageBar } from "./UsageBar";

interface Props {
  sku: string;
  use: Schemas["SkuUse"];
  /** Of a virtual cluster: what its opportunistic jobs have is no part of what it is promised. */
  promised?: boolean;
}

/** The cells of a SKU: how many there are, or are promised, and what is done with them; as a bar and in numbers. */
export function SkuUse({ sku, use, promised = false }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const numbers = (["used", "opportunistic", "bad"] as const).filter((key) => key === "used" || use[key] > 0);
  return (
    <div className={classes.sku}>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Text size="sm" fw={500}>
            {sku}
          </Text>
          {use.described && <NotReal />}
        </Group>
        <Text size="sm">
          <Free free={use.free} total={use.total} promised={promised} />
        </Text>
      </Group>
      {use.total > 0 && <UsageBar usage={promised ? { ...use, opportunistic: 0 } : use} />}
      <ul className={classes.numbers}>
        {numbers.map((key) => (
          <li key={key} data-number={key}>
            <span className={classes.swatch} aria-hidden />
            {t(`cluster.number.${key}`)} <b>{format.number(use[key])}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Free({ free, total, promised }: { free: number; total: number; promised: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const counts = { free: format.number(free), total: format.number(total) };
  if (!promised) return t("cluster.freeOf", counts);
  return total > 0 ? t("cluster.freeOfPromised", counts) : t("cluster.promisedNone");
}

/** Marks GPUs that an administrator described, and that are not there. */
export function NotReal() {
  const { t } = useTranslation();
  return <LookBadge look={{ color: "orange", icon: FlaskConical }}>{t("cluster.notReal")}</LookBadge>;
}
