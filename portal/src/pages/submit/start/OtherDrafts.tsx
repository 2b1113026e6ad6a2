import { ActionIcon, Button, Group, Paper, Stack, Text } from "@mantine/core";
import { X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../../../app/session";
import { Moment } from "../../../components/Moment";
import { parseJob } from "../model/parse";
import { draftsOf, dropDraft } from "../state/drafts";

const most = 3;

/** Drafts of other tabs and days, to go on with. */
export function OtherDrafts({ own, onChoose }: { own: string; onChoose: (id: string) => void }) {
  const { t } = useTranslation();
  const { username } = useSession();
  const [drafts, setDrafts] = useState(() => draftsOf(username).filter(({ id }) => id !== own));
  const drop = (id: string) => {
    dropDraft(username, id);
    setDrafts(drafts.filter((each) => each.id !== id));
  };
  if (drafts.length === 0) return null;
  return (
    <Paper component="section" withBorder px="md" py="xs" aria-label={t("submit.drafts.title")}>
      <Stack gap={4}>
        <Text size="sm">{t("submit.drafts.title")}</Text>
        {drafts.slice(0, most).map(({ id, text, saved }) => (
          <Group key={id} gap="xs">
            <Button size="compact-sm" variant="light" onClick={() => onChoose(id)}>
              <bdi>{nameIn(text)}</bdi>
            </Button>
            <Text size="sm" c="dimmed">
              <Moment time={saved} />
            </Text>
            <ActionIcon
              size="sm"
              variant="subtle"
              color="gray"
              aria-label={t("submit.drafts.drop", { name: nameIn(text) })}
              onClick={() => drop(id)}
            >
              <X size={14} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
    </Paper>
  );
}

function nameIn(text: string): string {
  const { name } = parseJob(text).value;
  return typeof name === "string" && name !== "" ? name : "…";
}
