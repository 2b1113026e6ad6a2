import { Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import { ranges } from "../../../components/ranges";

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
