import { Group, Stack, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { useLocation } from "react-router";

/** A page: its heading, which is the window's title too and takes the focus, what can be done, and what it shows. */
export function Page({
  title,
  beside,
  actions,
  children,
}: {
  title: string;
  /** A word on what the page is about, next to its heading. */
  beside?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();

  useEffect(() => {
    document.title = `${title} · OpenPAI`;
  }, [title]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page begins at its heading, for a screen reader too
  useEffect(() => {
    const onTab = document.activeElement?.role === "tab"; // who walks along the tabs of a page stays there
    if (!onTab) heading.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <Stack gap="lg">
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <Title order={1} size="h2" ref={heading} tabIndex={-1} dir="auto">
            {title}
          </Title>
          {beside}
        </Group>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
