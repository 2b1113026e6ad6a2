import { ActionIcon, Menu } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { Check, Languages } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Language, languages, speak } from "../../i18n";

/** The choice of the language. What the server said is asked again, in the new one. */
export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const choose = async (language: Language) => {
    await speak(language);
    await queries.invalidateQueries();
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("shell.language")}>
          <Languages size={19} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {Object.entries(languages).map(([language, name]) => (
          <Menu.Item
            key={language}
            lang={language}
            role="menuitemradio"
            aria-checked={i18n.language === language}
            rightSection={i18n.language === language && <Check size={16} aria-hidden />}
            onClick={() => choose(language as Language)}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
