import { Input } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { scriptOf, withScript } from "../model/commands";
import { listAt, type Path, spell } from "../model/path";
import { useSubmission } from "../state/submission";
import { CodeEditor } from "../yaml/CodeEditor";
import { completeTemplates } from "../yaml/templates";

/** A role's commands, as the one script that they are. */
export function CommandsField({ role }: { role: string }) {
  const { t } = useTranslation();
  const { value, held, edit, errorAt } = useSubmission();
  const label = useId();
  const path: Path = ["taskRoles", role, "commands"];
  return (
    <Input.Wrapper
      label={<span id={label}>{t("submit.role.commands")}</span>}
      description={t("submit.role.commandsHint")}
      error={errorAt(path, true)}
      labelElement="div"
      required
    >
      <CodeEditor
        text={scriptOf(listAt(value, path))}
        onChange={(script) => edit((text) => withScript(text, path, script))}
        label={t("submit.role.commands")}
        field={spell(path)}
        readOnly={held}
        complete={completeTemplates(value)}
        lines={[4, 16]}
      />
    </Input.Wrapper>
  );
}
