import { useQueryClient } from "@tanstack/react-query";
import { Languages } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Language, languages, speak } from "../../i18n";
import { ChoiceMenu } from "./ChoiceMenu";

const choices = Object.entries(languages).map(([value, label]) => ({ value, label, lang: value }));

/** The choice of the language. What the server said is asked again, in the new one. */
export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const choose = async (language: Language) => {
    await speak(language);
    await queries.invalidateQueries();
  };
  return (
    <ChoiceMenu
      label={t("shell.language")}
      icon={Languages}
      choices={choices}
      value={i18n.language}
      onChoose={(language) => choose(language as Language)}
    />
  );
}
