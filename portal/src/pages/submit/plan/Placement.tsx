import { Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";

const most = 20;

/** Where each task would run: its machine, and its cells there. */
export function Placement({ placed }: { placed: Schemas["Placed"][] }) {
  const { t } = useTranslation();
  return (
    <div>
      <Table verticalSpacing={2} horizontalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("submit.plan.task")}</Table.Th>
            <Table.Th>{t("submit.plan.node")}</Table.Th>
            <Table.Th>{t("submit.plan.cells")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {placed.slice(0, most).map(({ role, index, node, cells }) => (
            <Table.Tr key={`${role} ${index}`}>
              <Table.Td>
                <bdi>{role}</bdi> {index}
              </Table.Td>
              <Table.Td>{node}</Table.Td>
              <Table.Td>{ranges(cells)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {placed.length > most && (
        <Text size="sm" c="dimmed">
          {t("submit.plan.more", { count: placed.length - most })}
        </Text>
      )}
    </div>
  );
}

/** Numbers, neighbours joined: `0–3, 7`. */
export function ranges(numbers: number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(", ");
}
