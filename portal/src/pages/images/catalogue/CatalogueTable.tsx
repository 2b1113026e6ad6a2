import { Anchor, Group, Stack, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { CatalogueImage } from "../../../api/images";
import { OnMachine, Reasons, RunsHere, useNeeds } from "../../../components/ImageStanding";
import { contents } from "../../../components/imageWords";
import { PullAction } from "./PullAction";

interface Props {
  found: CatalogueImage[];
  /** Codes of reasons that are said above the table. */
  told: string[];
}

/** Images of the catalogue: what is in each, what it needs, and how it stands here. On a telephone all in one column. */
export function CatalogueTable({ found, told }: Props) {
  const { t } = useTranslation();
  return (
    <Table verticalSpacing="sm" horizontalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("images.column.image")}</Table.Th>
          <Table.Th visibleFrom="md">Python</Table.Th>
          <Table.Th visibleFrom="md">CUDA</Table.Th>
          <Table.Th visibleFrom="md">{t("images.column.driver")}</Table.Th>
          <Table.Th visibleFrom="md" w={240}>
            {t("images.column.here")}
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {found.map((image) => (
          <Row key={image.image} image={image} told={told} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Row({ image, told }: { image: CatalogueImage; told: string[] }) {
  const { t } = useTranslation();
  const needs = useNeeds();
  const standing = (
    <>
      <RunsHere image={image} />
      <OnMachine image={image} />
      <Group gap="sm">
        <Anchor
          component={Link}
          to={`/images/check?image=${encodeURIComponent(image.image)}`}
          size="sm"
          aria-label={t("images.catalogue.checkOne", { image: image.image })}
        >
          {t("images.checkAny.run")}
        </Anchor>
        <PullAction image={image} />
      </Group>
    </>
  );
  return (
    <Table.Tr style={{ verticalAlign: "top" }}>
      <Table.Td>
        <Stack gap={4}>
          <Text fw={600}>{contents(image)}</Text>
          <Text size="sm" ff="monospace" style={{ overflowWrap: "anywhere" }}>
            {image.image}
          </Text>
          <Text size="sm" hiddenFrom="md">
            {needs(image)}
          </Text>
          <Group gap={6} hiddenFrom="md">
            {standing}
          </Group>
          <Reasons image={image} told={told} />
        </Stack>
      </Table.Td>
      <Table.Td visibleFrom="md">{image.python ?? "–"}</Table.Td>
      <Table.Td visibleFrom="md">{image.cuda ?? "–"}</Table.Td>
      <Table.Td visibleFrom="md" style={{ whiteSpace: "nowrap" }}>
        {image.minDriver ? `≥ ${image.minDriver}` : "–"}
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Stack gap={6} align="flex-start">
          {standing}
        </Stack>
      </Table.Td>
    </Table.Tr>
  );
}
