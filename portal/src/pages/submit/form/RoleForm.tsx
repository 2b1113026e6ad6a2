import { SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Fold } from "../fields/Fold";
import { NameField } from "../fields/NameField";
import { TextField } from "../fields/TextField";
import { type Path, spell } from "../model/path";
import { renameRole, roleName, roleNames } from "../model/roles";
import { useSubmission } from "../state/submission";
import { CommandsField } from "./CommandsField";
import { ResourceFields } from "./ResourceFields";
import { RoleImage } from "./RoleImage";
import { RoleMore } from "./RoleMore";

/** What a role's tasks are: how many, of which image, with which resources and commands. */
export function RoleForm({ role }: { role: string }) {
  const { t } = useTranslation();
  const { value, edit, errorAt } = useSubmission();
  const path: Path = ["taskRoles", role];
  const names = roleNames(value);

  const wrong = (next: string) => {
    if (!roleName.test(next)) return t("submit.wrong.identifier");
    return names.includes(next) ? t("submit.wrong.twice") : undefined;
  };

  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <NameField
          name={role}
          label={t("submit.role.name")}
          wrong={wrong}
          onRename={(next) => edit((text) => renameRole(text, role, next))}
          field={spell(path)}
          error={errorAt(path)}
        />
        <TextField path={[...path, "instances"]} label={t("submit.role.instances")} placeholder="1" number />
      </SimpleGrid>
      <RoleImage role={role} />
      <ResourceFields role={role} />
      <CommandsField role={role} />
      <Fold title={t("submit.advanced")} summary={t("submit.role.more")} paths={advancedOf(path)}>
        <RoleMore role={role} />
      </Fold>
    </Stack>
  );
}

function advancedOf(path: Path): Path[] {
  return ["taskRetryCount", "completion", "extraContainerOptions"]
    .map((key): Path => [...path, key])
    .concat([[...path, "resourcePerInstance", "ports"]]);
}
