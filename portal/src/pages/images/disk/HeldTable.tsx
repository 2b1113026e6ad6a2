import { Box, Stack, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../components/format";
import { JobLink } from "../../../components/JobLink";
import { Moment } from "../../../components/Moment";
import type { HeldImage } from "../queries";
import { Names } from "./Names";

const shownJobs = 3;

/** The images on the disk, the largest first. On a telephone without what is least asked for. */
export function HeldTable({ images }: { images: HeldImage[] }) {
  const { t } = useTranslation();
  if (images.length === 0) return <Text>{t("images.disk.none")}</Text>;
  return (
    <Table verticalSpacing={6} horizontalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("images.column.image")}</Table.Th>
          <Table.Th>{t("images.column.size")}</Table.Th>
          <Table.Th visibleFrom="md">{t("images.column.used")}</Table.Th>
          <Table.Th visibleFrom="md">{t("images.column.jobs")}</Table.Th>
          <Table.Th visibleFrom="md">{t("images.column.stays")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {[...images]
          .sort((one, other) => other.sizeBytes - one.sizeBytes)
          .map((image) => (
            <Row key={image.image} image={image} />
          ))}
      </Table.Tbody>
    </Table>
  );
}

function Row({ image }: { image: HeldImage }) {
  const { t } = useTranslation();
  const format = useFormat();
  const stays = image.stays?.message ?? t("images.disk.mayGo");
  return (
    <Table.Tr style={{ verticalAlign: "top" }}>
      <Table.Td>
        <Names id={image.image} names={image.names} />
        <Text size="sm" c="dimmed" hiddenFrom="md">
          {stays}
        </Text>
        {image.jobs.length > 0 && (
          <Box hiddenFrom="md">
            <Users image={image} />
          </Box>
        )}
      </Table.Td>
      <Table.Td style={{ whiteSpace: "nowrap" }}>{format.bytes(image.sizeBytes)}</Table.Td>
      <Table.Td visibleFrom="md">
        <Moment time={image.usedTime} />
      </Table.Td>
      <Table.Td visibleFrom="md" maw={200}>
        <Users image={image} />
      </Table.Td>
      <Table.Td visibleFrom="md" maw={280}>
        <Text size="sm">{stays}</Text>
      </Table.Td>
    </Table.Tr>
  );
}

/** The jobs that need an image now. */
function Users({ image }: { image: HeldImage }) {
  const { t } = useTranslation();
  if (image.jobs.length === 0) return "–";
  const rest = image.jobs.length - shownJobs;
  return (
    <Stack gap={6}>
      {image.jobs.slice(0, shownJobs).map(({ username, name }) => (
        <div key={`${username}~${name}`}>
          <JobLink username={username} name={name} />
        </div>
      ))}
      {rest > 0 && t("images.disk.more", { count: rest })}
    </Stack>
  );
}
