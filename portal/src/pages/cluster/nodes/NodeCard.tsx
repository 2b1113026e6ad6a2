import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSession } from "../../../app/session";
import { useFormat } from "../../../components/format";
import { Moment } from "../../../components/Moment";
import { Section } from "../../../components/Section";
import { NotReal, SkuUse } from "../../../components/SkuUse";
import { GpuProblems } from "../gpus/GpuProblems";
import type { Node } from "../queries";
import { KeepFree } from "./KeepFree";
import classes from "./NodeCard.module.css";
import { NodeJobs } from "./NodeJobs";
import { NodeStateBadge } from "./NodeStateBadge";

/** A machine: whether it takes jobs, what it has, how much of it is used and by whom, and what is wrong with it. */
export function NodeCard({ node }: { node: Node }) {
  const { t } = useTranslation();
  const { admin } = useSession();
  return (
    <Section title={node.name} actions={admin && <KeepFree node={node} />}>
      <Stack gap="sm">
        <Group gap="xs">
          <NodeStateBadge state={node.state} />
          {node.described && node.gpus.length > 0 && <NotReal />}
          <Text size="sm">{t(`cluster.nodeText.${node.state}`)}</Text>
          {node.mark && (
            <Text size="sm" c="dimmed">
              {t("cluster.node.marked", { user: node.mark.username })} <Moment time={node.mark.time} />
            </Text>
          )}
        </Group>
        <Hardware node={node} />
        {Object.entries(node.skus).map(([sku, use]) => (
          <SkuUse key={sku} sku={sku} use={use} />
        ))}
        <GpuProblems gpus={node.gpus} />
        <div>
          <Text size="sm" fw={500} mb={4}>
            {node.jobs.length > 0 ? t("cluster.node.jobs") : t("cluster.node.noJobs")}
          </Text>
          <NodeJobs jobs={node.jobs} />
        </div>
      </Stack>
    </Section>
  );
}

function Hardware({ node }: { node: Node }) {
  const { t } = useTranslation();
  const format = useFormat();
  const gib = (mib: number) => t("cluster.gib", { size: format.number(Math.round(mib / 1024)) });
  const facts: [label: string, value: string | null][] = [
    [t("cluster.node.cpu"), node.cpu === null ? null : format.number(node.cpu)],
    [t("cluster.node.memory"), node.memoryMB === null ? null : gib(node.memoryMB)],
    [t("cluster.node.gpus"), node.architecture === null ? null : models(node) || t("cluster.node.noGpus")],
    [t("cluster.node.driver"), node.driver],
    [t("cluster.node.architecture"), node.architecture],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(
        ([label, value]) =>
          value !== null && (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** How many of which model: "8 × Tesla V100". */
function models(node: Node): string {
  const counts = new Map<string, number>();
  for (const { model } of node.gpus) counts.set(model, (counts.get(model) ?? 0) + 1);
  return [...counts].map(([model, count]) => `${count} × ${model || "?"}`).join(", ");
}
