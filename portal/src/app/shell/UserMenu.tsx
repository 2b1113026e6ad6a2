import { ActionIcon, Menu } from "@mantine/core";
import { CircleUser, LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";
import { showFailure } from "../../components/Failure";
import { useSession, useSessionState } from "../session";

export function UserMenu() {
  const { t } = useTranslation();
  const { username, admin } = useSession();
  const { leave } = useSessionState();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("shell.user", { name: username })}>
          <CircleUser size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {username}
          {admin && ` · ${t("shell.admin")}`}
        </Menu.Label>
        <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={() => leave().catch(showFailure)}>
          {t("shell.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
