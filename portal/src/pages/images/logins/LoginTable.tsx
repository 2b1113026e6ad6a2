import { Button, Group, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Credential } from "../../../api/images";
import { useSession } from "../../../app/session";
import { useOwner } from "../../../components/credentials";
import { Moment } from "../../../components/Moment";

interface Props {
  found: Credential[];
  onReplace: (credential: Credential) => void;
  onRemove: (credential: Credential) => void;
}

/** Log-ins without their passwords, best first. */
export function LoginTable({ found, onReplace, onRemove }: Props) {
  const { t } = useTranslation();
  const { admin } = useSession();
  const owner = useOwner();
  const whose = (each: Credential) =>
    each.counts ? owner(each) : t("images.logins.notCounting", { owner: owner(each) });
  return (
    <Table verticalSpacing={6} horizontalSpacing="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("images.auth.registryuri")}</Table.Th>
          <Table.Th visibleFrom="sm">{t("images.auth.username")}</Table.Th>
          <Table.Th visibleFrom="sm">{t("images.column.whose")}</Table.Th>
          <Table.Th visibleFrom="sm">{t("images.column.changed")}</Table.Th>
          <Table.Th>{t("images.column.actions")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {found.map((each) => (
          <Table.Tr key={`${each.scope} ${each.owner} ${each.registry}`}>
            <Table.Td style={{ overflowWrap: "anywhere" }}>
              {each.registry}
              <Text size="sm" c="dimmed" dir="auto" hiddenFrom="sm">
                {t("images.auth.saved", { username: each.username, owner: whose(each) })}
              </Text>
            </Table.Td>
            <Table.Td visibleFrom="sm" dir="auto">
              {each.username}
            </Table.Td>
            <Table.Td visibleFrom="sm">{whose(each)}</Table.Td>
            <Table.Td visibleFrom="sm">
              <Moment time={each.updatedTime} />
            </Table.Td>
            <Table.Td>
              {(admin || each.scope === "user") && (
                <Actions
                  credential={each}
                  onReplace={() => onReplace(each)}
                  onRemove={() => onRemove(each)}
                />
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

interface ActionsProps {
  credential: Credential;
  onReplace: () => void;
  onRemove: () => void;
}

function Actions({ credential, onReplace, onRemove }: ActionsProps) {
  const { t } = useTranslation();
  const values = { registry: credential.registry, username: credential.username };
  return (
    <Group gap={6}>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={t("images.logins.replaceOne", values)}
        onClick={onReplace}
      >
        {t("images.logins.replace")}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={t("images.logins.removeOne", values)}
        onClick={onRemove}
      >
        {t("images.logins.remove")}
      </Button>
    </Group>
  );
}
