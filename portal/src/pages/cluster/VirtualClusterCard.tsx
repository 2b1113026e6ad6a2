import { Anchor, Button, Group, Stack, Text } from "@mantine/core";
import { Check, Lock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import type { VirtualCluster } from "../../api/cluster";
import { LookBadge } from "../../components/LookBadge";
import { Section } from "../../components/Section";
import { SkuUse } from "../../components/SkuUse";
import { choiceId } from "./cells/CellsSection";

/** A virtual cluster: for whom it is, what it is promised, how much of that is used, and the way to its jobs. */
export function VirtualClusterCard({ name, cluster }: { name: string; cluster: VirtualCluster }) {
  const { t } = useTranslation();
  const skus = Object.entries(cluster.skus);
  return (
    <Section title={name} actions={<Usable usable={cluster.usable} />}>
      <Stack gap="sm">
        <Group gap="xs" c="dimmed">
          <Groups groups={cluster.groups} />
          {cluster.pinnedCells.length > 0 && (
            <Text size="sm" dir="auto">
              {t("cluster.vc.pinned", { cells: cluster.pinnedCells.join(", ") })}
            </Text>
          )}
        </Group>
        {skus.length === 0 && <Text size="sm">{t("cluster.vc.nothing")}</Text>}
        {skus.map(([sku, use]) => (
          <SkuUse key={sku} sku={sku} use={use} promised />
        ))}
        <Group justify="space-between" gap="xs">
          <Group gap="md">
            <Jobs name={name} state="RUNNING" count={cluster.runningJobs} />
            <Jobs name={name} state="WAITING" count={cluster.waitingJobs} />
          </Group>
          <ShowCells name={name} />
        </Group>
      </Stack>
    </Section>
  );
}

function Usable({ usable }: { usable: boolean }) {
  const { t } = useTranslation();
  return usable ? (
    <LookBadge look={{ color: "green", icon: Check }}>{t("cluster.vc.usable")}</LookBadge>
  ) : (
    <LookBadge look={{ color: "gray", icon: Lock }}>{t("cluster.vc.notUsable")}</LookBadge>
  );
}

function Groups({ groups }: { groups: string[] | null }) {
  const { t } = useTranslation();
  if (groups === null) return <Text size="sm">{t("cluster.vc.everybody")}</Text>;
  return (
    <Text size="sm" dir="auto">
      {groups.length === 0
        ? t("cluster.vc.nobody")
        : t("cluster.vc.groups", { count: groups.length, groups: groups.join(", ") })}
    </Text>
  );
}

function Jobs({ name, state, count }: { name: string; state: "RUNNING" | "WAITING"; count: number }) {
  const { t } = useTranslation();
  return (
    <Anchor component={Link} size="sm" to={`/jobs?vc=${encodeURIComponent(name)}&state=${state}`}>
      {t(`cluster.vc.jobs.${state}`, { count })}
    </Anchor>
  );
}

/** Shows its cells below, and goes there. */
function ShowCells({ name }: { name: string }) {
  const { t } = useTranslation();
  const [, setSearch] = useSearchParams();
  return (
    <Button
      variant="light"
      size="compact-sm"
      aria-label={t("cluster.vc.cellsOf", { name })}
      onClick={() => {
        setSearch({ cells: name }, { replace: true });
        document.getElementById(choiceId)?.focus();
      }}
    >
      {t("cluster.vc.cells")}
    </Button>
  );
}
