import { Group, SegmentedControl, Switch, Text, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Filter } from "./filter";

interface Props {
  filter: Filter;
  /** How many pass; undefined while nothing is known. */
  found: number | undefined;
  onChange: (next: Filter) => void;
}

const kinds = ["all", "gpu", "cpu"] as const;

/** Narrows the catalogue. */
export function FilterBar({ filter, found, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Group gap="md" role="search" aria-label={t("images.catalogue.search")}>
      <TextInput
        aria-label={t("images.catalogue.search")}
        placeholder={t("images.catalogue.words")}
        leftSection={<Search size={16} aria-hidden />}
        value={filter.words}
        onChange={(event) => onChange({ ...filter, words: event.currentTarget.value })}
        flex="1 1 16rem"
        maw={420}
      />
      <SegmentedControl
        aria-label={t("images.catalogue.kind.title")}
        data={kinds.map((kind) => ({ value: kind, label: t(`images.catalogue.kind.${kind}`) }))}
        value={filter.kind}
        onChange={(kind) => onChange({ ...filter, kind })}
      />
      <Switch
        label={t("images.catalogue.runs")}
        checked={filter.runs}
        onChange={(event) => onChange({ ...filter, runs: event.currentTarget.checked })}
      />
      <Text size="sm" c="dimmed" role="status">
        {found !== undefined && t("images.catalogue.found", { count: found })}
      </Text>
    </Group>
  );
}
