import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { KeyRound, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { credentials } from "../../../api/images";
import { savedFor, useOwner } from "../../../components/credentials";
import { registryOf, sameRegistry } from "../../../components/reference";
import type { ImageChoice } from "./ImageBlock";

/** Which log-in the image will be pulled with: the job's own, or the saved one that counts by itself. */
export function LoginNote({ value, onRemove }: { value: ImageChoice; onRemove: () => void }) {
  const { t } = useTranslation();
  const owner = useOwner();
  const { data } = useQuery(credentials());
  const registry = registryOf(value.uri);
  const { auth } = value;
  if (auth === null) {
    const [counts] = savedFor(data ?? [], registry);
    if (counts === undefined) return null;
    const values = { username: counts.username, owner: owner(counts), registry };
    return <Note icon={KeyRound}>{t("images.block.savedLogin", values)}</Note>;
  }
  const elsewhere = registry && auth.registryuri && !sameRegistry(auth.registryuri, registry);
  const login = { username: auth.username, registry: auth.registryuri || registry };
  return (
    <>
      <Note icon={KeyRound}>
        {t("images.block.login", login)}{" "}
        <Button size="compact-sm" variant="subtle" onClick={onRemove}>
          {t("images.block.removeLogin")}
        </Button>
      </Note>
      {elsewhere && <Note icon={TriangleAlert}>{t("images.auth.wrong.elsewhere", { registry })}</Note>}
    </>
  );
}

function Note({ icon: Icon, children }: { icon: typeof KeyRound; children: ReactNode }) {
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Icon size={16} aria-hidden style={{ flex: "none", marginTop: 3 }} />
      <Text size="sm" component="div" dir="auto">
        {children}
      </Text>
    </Group>
  );
}
