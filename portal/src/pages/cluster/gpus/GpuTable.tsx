import { Code, Group, Stack, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../components/format";
import { FullJobLink } from "../../../components/JobLink";
import { Section } from "../../../components/Section";
import { NotReal } from "../../../components/SkuUse";
import { KindBadge } from "../cells/KindBadge";
import { NodeStateBadge } from "../nodes/NodeStateBadge";
import type { Node } from "../queries";
import { gpuKind } from "./count";
import { GpuProblems } from "./GpuProblems";
import classes from "./GpuTable.module.css";

/** The GPUs of a machine. */
export function GpuTable({ node }: { node: Node }) {
  const { t } = useTranslation();
  return (
    <Section
      title={node.name}
      actions={
        <Group gap="xs">
          <NodeStateBadge state={node.state} />
          {node.described && <NotReal />}
          {node.driver !== null && <Text size="sm">{t("cluster.gpu.driver", { driver: node.driver })}</Text>}
        </Group>
      }
    >
      <Stack gap="sm">
        <Table.ScrollContainer minWidth={620} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table verticalSpacing={6} className={classes.table}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("cluster.gpu.index")}</Table.Th>
                <Table.Th>{t("cluster.gpu.state")}</Table.Th>
                <Table.Th>{t("cluster.gpu.job")}</Table.Th>
                <Table.Th>{t("cluster.gpu.model")}</Table.Th>
                <Table.Th>{t("cluster.gpu.memory")}</Table.Th>
                <Table.Th>{t("cluster.gpu.uuid")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {node.gpus.map((gpu) => (
                <GpuLine key={gpu.index} gpu={gpu} node={node} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
        <GpuProblems gpus={node.gpus} />
      </Stack>
    </Section>
  );
}

function GpuLine({ gpu, node }: { gpu: Node["gpus"][number]; node: Node }) {
  const { t } = useTranslation();
  const format = useFormat();
  const kind = gpuKind(gpu, node);
  return (
    <Table.Tr>
      <Table.Td>{gpu.index}</Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <KindBadge kind={kind} />
          {gpu.problem !== null && kind !== "bad" && <KindBadge kind="bad" />}
        </Group>
      </Table.Td>
      <Table.Td>{gpu.job === null ? "–" : <FullJobLink job={gpu.job} />}</Table.Td>
      <Table.Td>{gpu.model || "?"}</Table.Td>
      <Table.Td>{t("cluster.gib", { size: format.number(Math.round(gpu.memoryMB / 1024)) })}</Table.Td>
      <Table.Td>
        <Code>{gpu.uuid}</Code>
      </Table.Td>
    </Table.Tr>
  );
}
