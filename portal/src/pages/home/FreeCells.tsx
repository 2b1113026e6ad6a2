import { Anchor, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type VirtualCluster, virtualClusters } from "../../api/cluster";
import { Loaded } from "../../components/Loaded";
import { Section } from "../../components/Section";
import { SkuUse } from "../../components/SkuUse";

const shown = 8;

/** What is free in each virtual cluster that one may use, by SKU. */
export function FreeCells() {
  const { t } = useTranslation();
  const query = useQuery(virtualClusters());
  const all = (
    <Anchor component={Link} to="/cluster" size="sm">
      {t("home.cluster")}
    </Anchor>
  );
  return (
    <Section title={t("home.free")} actions={all}>
      <Loaded query={query} lines={4}>
        {(clusters) => {
          const usable = Object.entries(clusters).filter(([, cluster]) => cluster.usable);
          if (usable.length === 0) return <Text>{t("home.noCluster")}</Text>;
          return (
            <Stack>
              {usable.slice(0, shown).map(([name, cluster]) => (
                <OneCluster key={name} name={name} cluster={cluster} />
              ))}
              {usable.length > shown && (
                <Anchor component={Link} to="/cluster" size="sm">
                  {t("cluster.more", { count: usable.length - shown })}
                </Anchor>
              )}
            </Stack>
          );
        }}
      </Loaded>
    </Section>
  );
}

function OneCluster({ name, cluster }: { name: string; cluster: VirtualCluster }) {
  const { t } = useTranslation();
  const skus = Object.entries(cluster.skus);
  return (
    <Stack gap={6}>
      <Anchor component={Link} to={`/cluster?cells=${encodeURIComponent(name)}`} fw={600} dir="auto">
        {name}
      </Anchor>
      {skus.map(([sku, use]) => (
        <SkuUse key={sku} sku={sku} use={use} promised />
      ))}
      {skus.length === 0 && <Text size="sm">{t("cluster.vc.nothing")}</Text>}
      {cluster.waitingJobs > 0 && (
        <Text size="sm" c="dimmed">
          {t("cluster.vc.jobs.WAITING", { count: cluster.waitingJobs })}
        </Text>
      )}
    </Stack>
  );
}
