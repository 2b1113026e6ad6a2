import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import { useSession } from "../../../app/session";
import { useFormat } from "../../../components/format";
import { Loaded } from "../../../components/Loaded";
import { Section } from "../../../components/Section";
import { UsageBar } from "../../../components/UsageBar";
import { held } from "../queries";
import { Clean } from "./Clean";
import { HeldTable } from "./HeldTable";
import { Removals } from "./Removals";

type Held = Schemas["HeldImages"];

/** What lies on the machine: how much of the disk is used, by which images, who needs them, and what was removed. */
export function OnDisk() {
  const { t } = useTranslation();
  const { admin } = useSession();
  const query = useQuery(held());
  return (
    <Stack>
      <Section title={t("images.disk.title")} actions={admin && <Clean />}>
        <Loaded query={query} lines={3}>
          {(found) => <DiskUse found={found} />}
        </Loaded>
      </Section>
      <Section title={t("images.disk.images")}>
        <Loaded query={query} lines={8}>
          {(found) => <HeldTable images={found.data} />}
        </Loaded>
      </Section>
      <Removals />
    </Stack>
  );
}

function DiskUse({ found }: { found: Held }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { disk, highPercent, lowPercent } = found;
  if (disk === null) return <Text>{t("images.disk.unseen")}</Text>;
  const percent = disk.usedPercent;
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="xs">
        <Text>
          {t("images.disk.used", {
            used: format.bytes(disk.totalBytes - disk.freeBytes),
            total: format.bytes(disk.totalBytes),
            percent: format.number(percent),
          })}
        </Text>
        <Text>{t("images.disk.free", { free: format.bytes(disk.freeBytes) })}</Text>
      </Group>
      <UsageBar usage={{ total: 100, used: percent, opportunistic: 0, bad: 0, free: 100 - percent }} />
      <Text size="sm" c="dimmed">
        {t("images.disk.marks", { high: format.number(highPercent), low: format.number(lowPercent) })}
      </Text>
    </Stack>
  );
}
