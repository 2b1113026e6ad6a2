import { Button, Group, Stack, Text } from "@mantine/core";
import { Inbox, SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { isFiltered, unfiltered, type View } from "./address";
import type { Change } from "./useView";

/** Says why there is nothing, and what to do: submit one, or look for less. */
export function NoJobs({ view, change }: { view: View; change: Change }) {
  const { t } = useTranslation();
  const filtered = isFiltered(view);
  const Icon = filtered ? SearchX : Inbox;
  const everybody = view.usernames.length > 0 && (
    <Button variant="default" onClick={() => change({ usernames: [] })}>
      {filtered ? t("jobs.none.searchAll") : t("jobs.none.showAll")}
    </Button>
  );
  return (
    <Stack align="center" gap="sm" py="xl">
      <Icon size={40} strokeWidth={1.2} aria-hidden />
      <Text ta="center">{filtered ? t("jobs.none.matching") : t("jobs.none.yet")}</Text>
      <Group justify="center" gap="xs">
        {filtered ? (
          <Button onClick={() => change(unfiltered)}>{t("jobs.filter.clear")}</Button>
        ) : (
          <Button component={Link} to="/submit">
            {t("shell.page.submit")}
          </Button>
        )}
        {everybody}
      </Group>
    </Stack>
  );
}
