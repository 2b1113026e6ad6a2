import { Button, Group, Input, Tabs } from "@mantine/core";
import { CircleAlert, Plus } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Section } from "../../../components/Section";
import { concerns } from "../model/problems";
import { addRole, removeRole, roleNames } from "../model/roles";
import { useSubmission } from "../state/submission";
import { RoleForm } from "./RoleForm";

/** The task roles, a tab each. */
export function RolesSection() {
  const { t } = useTranslation();
  const { value, edit, problems, revealed, errorAt } = useSubmission();
  const names = roleNames(value);
  const [chosen, setChosen] = useState(0);
  const shown = Math.min(chosen, names.length - 1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a tab is opened when something in it is to be shown, not when roles change
  useEffect(() => {
    const index = names.findIndex(
      (name) => revealed && concerns(revealed.problem, ["taskRoles", name], true),
    );
    if (index >= 0) setChosen(index);
  }, [revealed]);

  const wrongTogether = errorAt(["taskRoles"]);
  const wrong = (name: string) =>
    problems.some((problem) => problem.severity === "error" && concerns(problem, ["taskRoles", name], true));

  return (
    <Section
      title={t("submit.roles.title")}
      actions={
        <Button
          variant="light"
          size="xs"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={() => {
            edit(addRole);
            setChosen(names.length);
          }}
        >
          {t("submit.roles.add")}
        </Button>
      }
    >
      {wrongTogether && <Input.Error mb="xs">{wrongTogether}</Input.Error>}
      <Tabs value={String(shown)} onChange={(tab) => setChosen(Number(tab))} keepMounted={false}>
        <Tabs.List aria-label={t("submit.roles.title")} mb="sm">
          {names.map((name, index) => (
            <Tabs.Tab
              // biome-ignore lint/suspicious/noArrayIndexKey: a role that is renamed stays where it is
              key={index}
              value={String(index)}
              rightSection={
                wrong(name) ? (
                  <CircleAlert size={14} color="var(--bad)" role="img" aria-label={t("submit.roles.wrong")} />
                ) : undefined
              }
            >
              <bdi>{name}</bdi>
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {names.map((name, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <Tabs.Panel key={index} value={String(index)}>
            <RoleForm role={name} />
            {names.length > 1 && (
              <Group justify="flex-end" mt="sm">
                <Button
                  variant="subtle"
                  color="red"
                  size="xs"
                  onClick={() => edit((text) => removeRole(text, name))}
                >
                  {t("submit.roles.remove", { name })}
                </Button>
              </Group>
            )}
          </Tabs.Panel>
        ))}
      </Tabs>
    </Section>
  );
}
