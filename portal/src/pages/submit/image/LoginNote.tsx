import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { credentials } from "../../../api/images";
import { savedFor, useOwner } from "../../../components/credentials";
import { registryOf } from "../../../components/reference";
import type { ImageChoice } from "./ImageBlock";

/** Which log-in the image will be pulled with: the job's own, or the saved one that counts by itself. */
export function LoginNote({ value, onRemove }: { value: ImageChoice; onRemove: () => void }) {
  const { t } = useTranslation();
  const owner = useOwner();
  const { data } = useQuery(credentials());
  const registry = registryOf(value.uri);
  const [counts] = savedFor(data ?? [], registry);
  if (value.auth === null && counts === undefined) return null;
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <KeyRound size={16} aria-hidden style={{ flex: "none", marginTop: 3 }} />
      {value.auth !== null ? (
        <>
          <Text size="sm" dir="auto">
            {t("images.block.login", {
              username: value.auth.username,
              registry: value.auth.registryuri || registry,
            })}
          </Text>
          <Button size="compact-sm" variant="subtle" onClick={onRemove}>
            {t("images.block.removeLogin")}
          </Button>
        </>
      ) : (
        counts && (
          <Text size="sm" dir="auto">
            {t("images.block.savedLogin", { username: counts.username, owner: owner(counts), registry })}
          </Text>
        )
      )}
    </Group>
  );
}
