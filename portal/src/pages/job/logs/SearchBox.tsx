import { ActionIcon, Group, Text, TextInput } from "@mantine/core";
import { ChevronDown, ChevronUp, Search as SearchIcon, X } from "lucide-react";
import type { KeyboardEvent, Ref } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../components/format";
import type { Found } from "./useSearch";

/** Finds text in the whole log. Enter goes on, Shift+Enter back, Escape clears. */
export function SearchBox({ found, ref }: { found: Found; ref: Ref<HTMLInputElement> }) {
  const { t } = useTranslation();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter") found.step(event.shiftKey ? -1 : 1);
    if (event.key === "Escape") found.setText("");
  };
  return (
    <Group gap={4} wrap="nowrap" flex="1 1 20rem">
      <TextInput
        ref={ref}
        flex={1}
        size="xs"
        type="text"
        aria-label={t("logs.search.label")}
        placeholder={t("logs.search.hint")}
        value={found.text}
        onChange={(event) => found.setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        maxLength={1000}
        spellCheck={false}
        autoComplete="off"
        leftSection={<SearchIcon size={14} aria-hidden />}
        rightSection={
          found.text && (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={t("logs.search.clear")}
              onClick={() => found.setText("")}
            >
              <X size={14} aria-hidden />
            </ActionIcon>
          )
        }
      />
      <ActionIcon
        variant="default"
        size={30}
        aria-label={t("logs.search.back")}
        disabled={!found.text}
        onClick={() => found.step(-1)}
      >
        <ChevronUp size={16} aria-hidden />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size={30}
        aria-label={t("logs.search.on")}
        disabled={!found.text}
        onClick={() => found.step(1)}
      >
        <ChevronDown size={16} aria-hidden />
      </ActionIcon>
      <Text size="xs" role="status" miw="6rem">
        <Count found={found} />
      </Text>
    </Group>
  );
}

function Count({ found: { search, at } }: { found: Found }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (search === null) return null;
  if (search.error) return t("logs.search.failed");
  const total = format.number(search.total);
  if (!search.complete) {
    return t("logs.search.busy", { percent: Math.floor(search.progress * 100), total });
  }
  if (search.total === 0) return t("logs.search.none");
  if (at?.place) return t("logs.search.place", { place: format.number(at.place), total });
  return t("logs.search.total", { count: search.total, total });
}
