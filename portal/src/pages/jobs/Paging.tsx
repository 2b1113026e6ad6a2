import { ActionIcon, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../components/format";
import { sizes, type View } from "./address";
import classes from "./Paging.module.css";
import type { Change } from "./useView";

/** Which page it is of how many, and the way to the others. */
export function Paging({ view, change, total }: { view: View; change: Change; total: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const pages = Math.max(1, Math.ceil(total / view.size));
  const go = (page: number) => change({ page: Math.min(Math.max(page, 1), pages) });
  return (
    <Group component="nav" gap="xs" wrap="nowrap" aria-label={t("jobs.page.title")}>
      <NativeSelect
        className={classes.size}
        size="xs"
        aria-label={t("jobs.page.size")}
        value={view.size}
        onChange={(event) => change({ size: Number(event.currentTarget.value) })}
        data={sizes.map((size) => ({ value: `${size}`, label: t("jobs.page.each", { size }) }))}
      />
      <ActionIcon
        variant="default"
        aria-label={t("jobs.page.before")}
        disabled={view.page <= 1}
        onClick={() => go(view.page - 1)}
      >
        <ChevronLeft size={16} aria-hidden />
      </ActionIcon>
      <PageNumber page={view.page} go={go} />
      <Text size="sm" className={classes.of}>
        {t("jobs.page.of", { pages: format.number(pages) })}
      </Text>
      <ActionIcon
        variant="default"
        aria-label={t("jobs.page.next")}
        disabled={view.page >= pages}
        onClick={() => go(view.page + 1)}
      >
        <ChevronRight size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}

/** The page's number, to be typed too. */
function PageNumber({ page, go }: { page: number; go: (page: number) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(`${page}`);
  useEffect(() => setTyped(`${page}`), [page]);
  const commit = () => {
    const wanted = Number.parseInt(typed, 10);
    if (wanted > 0 && wanted !== page) go(wanted);
    else setTyped(`${page}`);
  };
  return (
    <TextInput
      className={classes.number}
      size="xs"
      inputMode="numeric"
      aria-label={t("jobs.page.number")}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === "Enter" && commit()}
    />
  );
}
