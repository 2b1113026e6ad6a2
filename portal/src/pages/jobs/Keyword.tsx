import { CloseButton, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Change } from "./useView";

const pause = 300; // ms without a key until what is typed is looked for

/** What is looked for in the names. One search is one step back, however often one paused in typing it. */
export function Keyword({ keyword, change }: { keyword: string; change: Change }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(keyword);
  const asked = useRef(keyword);
  const stepped = useRef(false);

  useEffect(() => {
    // The address changed by another's hand: the back button, a link, "clear".
    if (keyword !== asked.current) setTyped(keyword);
    asked.current = keyword;
  }, [keyword]);

  useEffect(() => {
    const wanted = typed.trim();
    if (wanted === asked.current) return;
    const timer = setTimeout(() => {
      asked.current = wanted;
      change({ keyword: wanted }, stepped.current);
      stepped.current = true;
    }, pause);
    return () => clearTimeout(timer);
  }, [typed, change]);

  return (
    <TextInput
      type="search"
      aria-label={t("jobs.filter.keyword")}
      placeholder={t("jobs.filter.keyword")}
      leftSection={<Search size={16} aria-hidden />}
      rightSection={
        typed !== "" && (
          <CloseButton size="sm" aria-label={t("jobs.filter.empty")} onClick={() => setTyped("")} />
        )
      }
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => {
        stepped.current = false;
      }}
    />
  );
}
