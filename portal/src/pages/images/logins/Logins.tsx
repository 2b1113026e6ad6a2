import { Button, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Credential, credentials } from "../../../api/images";
import { useSession } from "../../../app/session";
import { Loaded } from "../../../components/Loaded";
import { Section } from "../../../components/Section";
import { LoginForm } from "./LoginForm";
import { LoginTable } from "./LoginTable";
import { RemoveLogin } from "./RemoveLogin";

/** The saved log-ins for registries: added, replaced and removed, as far as one may. */
export function Logins() {
  const { t } = useTranslation();
  const { admin } = useSession();
  const query = useQuery(credentials());
  const [form, setForm] = useState<{ replaces: Credential | null } | null>(null);
  const [removed, setRemoved] = useState<Credential | null>(null);
  const add = (
    <Button
      size="xs"
      leftSection={<Plus size={14} aria-hidden />}
      onClick={() => setForm({ replaces: null })}
    >
      {t("images.logins.add")}
    </Button>
  );
  return (
    <Section title={t("images.tab.logins")} actions={add}>
      <Stack>
        <Text size="sm" c="dimmed">
          {t("images.logins.text")} {admin ? t("images.logins.textAdmin") : t("images.logins.textUser")}
        </Text>
        <Loaded query={query}>
          {(found) =>
            found.length === 0 ? (
              <Text>{t("images.logins.none")}</Text>
            ) : (
              <LoginTable
                found={found}
                onReplace={(replaces) => setForm({ replaces })}
                onRemove={setRemoved}
              />
            )
          }
        </Loaded>
      </Stack>
      <Modal
        opened={form !== null}
        onClose={() => setForm(null)}
        title={form?.replaces ? t("images.logins.replaceTitle") : t("images.logins.add")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <LoginForm replaces={form?.replaces ?? null} onDone={() => setForm(null)} />
      </Modal>
      {removed && <RemoveLogin credential={removed} onDone={() => setRemoved(null)} />}
    </Section>
  );
}
