import { ActionIcon, Menu, useMantineColorScheme } from "@mantine/core";
import { Check, Moon, Sun, SunMoon } from "lucide-react";
import { useTranslation } from "react-i18next";

const themes = [
  { theme: "auto", icon: SunMoon },
  { theme: "light", icon: Sun },
  { theme: "dark", icon: Moon },
] as const;

export function ThemeMenu() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Now = themes.find(({ theme }) => theme === colorScheme)?.icon ?? SunMoon;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("shell.theme")}>
          <Now size={19} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {themes.map(({ theme, icon: Icon }) => (
          <Menu.Item
            key={theme}
            role="menuitemradio"
            aria-checked={colorScheme === theme}
            leftSection={<Icon size={16} aria-hidden />}
            rightSection={colorScheme === theme && <Check size={16} aria-hidden />}
            onClick={() => setColorScheme(theme)}
          >
            {t(`shell.themes.${theme}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
