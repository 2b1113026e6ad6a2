import { type ComboboxItem, type ComboboxParsedItem, Group, Select, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { CatalogueImage } from "../../../api/images";
import { OnMachine, RunsHere, useNeeds } from "../../../components/ImageStanding";
import { contents, describe, isMeant, lines } from "../../../components/imageWords";
import { Words } from "../../../components/Words";
import { bestFirst, findImage } from "./catalogue";

interface Props {
  catalogue: CatalogueImage[];
  uri: string;
  gpu: boolean;
  /** Another image is named beside it: nothing of the catalogue counts. */
  disabled: boolean;
  error: string | undefined;
  onChoose: (uri: string) => void;
}

/** Chooses an image of the catalogue by what is in it and whether it runs here. */
export function CatalogueSelect({ catalogue, uri, gpu, disabled, error, onChoose }: Props) {
  const { t } = useTranslation();
  const needs = useNeeds();
  const byName = new Map(catalogue.map((image) => [image.image, image]));
  const label = (image: CatalogueImage) => `${contents(image)} · ${needs(image)}`;
  const data = lines
    .map((line) => ({
      group: t(`images.line.${line}`),
      items: bestFirst(catalogue, gpu)
        .filter((image) => image.line === line)
        .map((image) => ({ value: image.image, label: label(image) })),
    }))
    .filter(({ items }) => items.length > 0);

  const meant = (option: ComboboxParsedItem, typed: string): boolean => {
    const image = "value" in option ? byName.get(option.value) : undefined;
    return image !== undefined && isMeant(describe(image), typed);
  };

  return (
    <Select
      aria-label={t("images.block.catalogue")}
      placeholder={disabled ? t("images.block.off") : t("images.block.choose")}
      data={data}
      value={disabled ? null : (findImage(catalogue, uri)?.image ?? null)}
      onChange={(chosen) => chosen !== null && onChoose(chosen)}
      allowDeselect={false}
      searchable
      disabled={disabled}
      error={error}
      nothingFoundMessage={t("images.block.nothing")}
      withScrollArea={false}
      styles={{ options: { maxHeight: 420, overflowY: "auto" } }}
      comboboxProps={{ shadow: "md", withinPortal: false }}
      filter={({ options, search }) =>
        options.flatMap((option): ComboboxParsedItem[] => {
          if (!("group" in option)) return meant(option, search) ? [option] : [];
          const items = option.items.filter((item) => meant(item, search));
          return items.length > 0 ? [{ ...option, items }] : [];
        })
      }
      renderOption={({ option }) => <Option option={option} image={byName.get(option.value)} />}
    />
  );
}

function Option({ option, image }: { option: ComboboxItem; image: CatalogueImage | undefined }) {
  const needs = useNeeds();
  if (image === undefined) return option.label;
  return (
    <Stack gap={2} w="100%">
      <Text size="sm" fw={600}>
        {contents(image)}
      </Text>
      <Text size="xs" c="dimmed">
        {needs(image)}
      </Text>
      <Group gap={6}>
        <RunsHere image={image} />
        <OnMachine image={image} />
      </Group>
      {image.reasons.slice(0, 1).map(({ code, message }) => (
        <Text key={code} size="xs" dir="auto">
          <Words text={message} />
        </Text>
      ))}
    </Stack>
  );
}
