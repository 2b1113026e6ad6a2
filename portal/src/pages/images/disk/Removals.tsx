import { Pagination, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import { useFormat } from "../../../components/format";
import { Loaded } from "../../../components/Loaded";
import { Moment } from "../../../components/Moment";
import { Section } from "../../../components/Section";
import { pageOfRemovals, removals } from "../queries";
import { Names } from "./Names";

/** The images that were removed to make room, the latest first. */
export function Removals() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const query = useQuery(removals(page));
  return (
    <Section title={t("images.removed.title")}>
      <Loaded query={query}>
        {({ totalCount, data }) =>
          totalCount === 0 ? (
            <Text>{t("images.removed.none")}</Text>
          ) : (
            <Stack>
              <RemovedTable removed={data} />
              {totalCount > pageOfRemovals && (
                <Pagination
                  total={Math.ceil(totalCount / pageOfRemovals)}
                  value={page}
                  onChange={setPage}
                  getControlProps={(control) => ({ "aria-label": t(`images.removed.${control}`) })}
                />
              )}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

/** Images that are gone, or would be: then without a time. */
export function RemovedTable({ removed }: { removed: Schemas["RemovedImage"][] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("images.column.image")}</Table.Th>
            <Table.Th>{t("images.column.size")}</Table.Th>
            <Table.Th>{t("images.column.used")}</Table.Th>
            <Table.Th>{t("images.column.removed")}</Table.Th>
            <Table.Th>{t("images.column.why")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {removed.map((each) => (
            <Table.Tr key={`${each.image} ${each.removedTime}`}>
              <Table.Td>
                <Names id={each.image} names={each.names} />
              </Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>{format.bytes(each.sizeBytes)}</Table.Td>
              <Table.Td>
                <Moment time={each.usedTime} />
              </Table.Td>
              <Table.Td>
                <Moment time={each.removedTime} />
              </Table.Td>
              <Table.Td>{each.reason.message}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
