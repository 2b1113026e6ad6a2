import { Group, Pagination, Text, TextInput } from "@mantine/core";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Node } from "./queries";

const perPage = 10;

interface Filter {
  text: string;
  setText: (text: string) => void;
  page: number;
  setPage: (page: number) => void;
  pages: number;
  total: number;
  found: number;
  shown: Node[];
}

/** Of many machines those that are looked for, a page at a time. */
export function useNodeFilter(all: readonly Node[]): Filter {
  const [text, setText] = useState("");
  const sought = useDeferredValue(text.trim().toLowerCase()); // typing goes on while many are looked through
  const [wanted, setPage] = useState(1);
  const found = all.filter((node) => matches(node, sought));
  const pages = Math.max(Math.ceil(found.length / perPage), 1);
  const page = Math.min(wanted, pages);
  const shown = found.slice((page - 1) * perPage, page * perPage);
  return { text, setText, page, setPage, pages, total: all.length, found: found.length, shown };
}

function matches(node: Node, text: string): boolean {
  const words = [
    node.name,
    ...node.jobs.map((job) => job.name),
    ...node.gpus.flatMap((gpu) => [gpu.model, gpu.uuid]),
  ];
  return words.some((word) => word.toLowerCase().includes(text));
}

/** The field and the pages; nothing where all machines are in sight anyway. */
export function NodeFilter({ filter }: { filter: Filter }) {
  const { t } = useTranslation();
  if (filter.total <= 3) return null;
  return (
    <Group justify="space-between" align="flex-end">
      <TextInput
        label={t("cluster.filter.label")}
        placeholder={t("cluster.filter.hint")}
        value={filter.text}
        onChange={(event) => filter.setText(event.currentTarget.value)}
        w={{ base: "100%", xs: 320 }}
      />
      <Text size="sm" role="status">
        {t("cluster.filter.found", { count: filter.found, total: filter.total })}
      </Text>
      {filter.pages > 1 && (
        <Pagination
          value={filter.page}
          onChange={filter.setPage}
          total={filter.pages}
          getControlProps={(control) => ({ "aria-label": t(`cluster.filter.${control}`) })}
          aria-label={t("cluster.filter.pages")}
        />
      )}
    </Group>
  );
}
