import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type VirtualCluster, virtualClusters } from "../../api/cluster";
import { Loaded } from "../../components/Loaded";
import { Section } from "../../components/Section";
import { type Usage, UsageBar } from "../../components/UsageBar";

/** What is free in each virtual cluster that one may use, by SKU. */
export function FreeCells() {
  const { t } = useTranslation();
  const query = useQuery(virtualClusters());
  return (
    <Section title={t("home.free")}>
      <Loaded query={query} lines={4}>
        {(clusters) => (
          <Stack>
            {Object.entries(clusters)
              .filter(([, cluster]) => cluster.usable)
              .map(([name, cluster]) => (
                <OneCluster key={name} name={name} cluster={cluster} />
              ))}
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}

function OneCluster({ name, cluster }: { name: string; cluster: VirtualCluster }) {
  return (
    <div>
      <Text fw={600} dir="auto">
        {name}
      </Text>
      {Object.entries(cluster.skus).map(([sku, usage]) => (
        <OneSku key={sku} sku={sku} usage={usage} />
      ))}
    </div>
  );
}

function OneSku({ sku, usage }: { sku: string; usage: Usage }) {
  const { t } = useTranslation();
  return (
    <Stack gap={4} mt={6}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">{sku}</Text>
        <Text size="sm">{t("cluster.freeOf", { free: usage.free, total: usage.total })}</Text>
      </Group>
      <UsageBar usage={usage} />
      {usage.bad > 0 && (
        <Text size="sm" c="dimmed">
          {t("cluster.bad", { count: usage.bad })}
        </Text>
      )}
    </Stack>
  );
}
