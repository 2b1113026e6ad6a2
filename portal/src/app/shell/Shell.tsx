import { AppShell, Burger, Group } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { Brand } from "./Brand";
import { LanguageMenu } from "./LanguageMenu";
import { LiveBadge } from "./LiveBadge";
import { NavLinks } from "./NavLinks";
import { NotLiveBar } from "./NotLiveBar";
import { ThemeMenu } from "./ThemeMenu";
import { UserMenu } from "./UserMenu";

/** What is around every page: the way to the others, language, theme, who is signed in, and whether it is live. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [opened, { toggle, close }] = useDisclosure();
  const { pathname } = useLocation();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when the address changes
  useEffect(close, [pathname]);

  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 208, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={{ base: "sm", sm: "lg" }}
    >
      <a className="skip-link" href="#main">
        {t("shell.skip")}
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="xs" wrap="nowrap">
          <Burger
            opened={opened}
            onClick={toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={t("shell.menu")}
            aria-expanded={opened}
          />
          <Brand />
          <Group ml="auto" gap={4} wrap="nowrap">
            <LiveBadge />
            <LanguageMenu />
            <ThemeMenu />
            <UserMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label={t("shell.pages")}>
        <NavLinks />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        <NotLiveBar />
        {children}
      </AppShell.Main>
    </AppShell>
  );
}
