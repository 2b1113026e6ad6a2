import { type MantineColorScheme, useMantineColorScheme } from "@mantine/core";
import { Moon, Sun, SunMoon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ChoiceMenu } from "./ChoiceMenu";

const signs = { auto: SunMoon, light: Sun, dark: Moon };
const themes = Object.keys(signs) as MantineColorScheme[];

export function ThemeMenu() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <ChoiceMenu
      label={t("shell.theme")}
      icon={signs[colorScheme]}
      choices={themes.map((theme) => ({
        value: theme,
        label: t(`shell.themes.${theme}`),
        icon: signs[theme],
      }))}
      value={colorScheme}
      onChoose={(theme) => setColorScheme(theme as MantineColorScheme)}
    />
  );
}
