import { Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Fold } from "../fields/Fold";
import { NameField } from "../fields/NameField";
import { Rows } from "../fields/Rows";
import { removeIn, setIn } from "../model/edit";
import { freeName } from "../model/name";
import { mappingAt, type Path, spell } from "../model/path";
import { mask, renameValue } from "../model/secrets";
import { useSubmission } from "../state/submission";
import { keyName } from "./ParametersSection";

const path: Path = ["secrets"];

/** Values that nobody is shown again. What is typed here stands in no text: that has `******` for it. */
export function SecretsSection() {
  const { t } = useTranslation();
  const { value, edit, vault, setSecret } = useSubmission();
  const names = Object.keys(mappingAt(value, path));

  const wrong = (next: string) => {
    if (!keyName.test(next)) return t("submit.wrong.name");
    return names.includes(next) ? t("submit.wrong.twice") : undefined;
  };
  const rename = (name: string, next: string) => {
    const known = vault[name];
    if (known !== undefined) setSecret(next, known);
    edit((text) => renameValue(text, "secrets", name, next));
  };

  return (
    <Fold title={t("submit.secrets.title")} summary={names.join(", ")} paths={[path]}>
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          {t("submit.secrets.hint", { example: "<% $secrets.token %>" })}
        </Text>
        <Rows
          rows={names.map((name, index) => ({
            key: String(index),
            removeLabel: t("submit.remove", { name }),
            onRemove: () => edit((text) => removeIn(text, [...path, name])),
            content: (
              <>
                <NameField
                  name={name}
                  label={t("submit.secrets.name")}
                  wrong={wrong}
                  onRename={(next) => rename(name, next)}
                />
                <SecretField name={name} />
              </>
            ),
          }))}
          addLabel={t("submit.secrets.add")}
          onAdd={() => edit((text) => setIn(text, [...path, freeName("secret", names)], mask))}
        />
      </Stack>
    </Fold>
  );
}

function SecretField({ name }: { name: string }) {
  const { t } = useTranslation();
  const { value, edit, vault, setSecret, cloneOf, errorAt } = useSubmission();
  const shown = mappingAt(value, path)[name];
  const typed = shown === mask ? vault[name] : undefined;

  const state = () => {
    if (shown !== mask) return t("submit.secrets.written");
    if (typed !== undefined) return t("submit.secrets.typed");
    return cloneOf ? t("submit.secrets.kept", { job: cloneOf }) : t("submit.secrets.missing");
  };

  return (
    <TextInput
      type="password"
      label={t("submit.secrets.value")}
      description={state()}
      value={typed ?? ""}
      placeholder={shown === mask ? "" : mask}
      error={errorAt([...path, name])}
      onChange={({ currentTarget }) => {
        setSecret(name, currentTarget.value);
        edit((text) => setIn(text, [...path, name], mask));
      }}
      autoComplete="new-password"
      inputWrapperOrder={["label", "input", "description", "error"]}
      data-field={spell([...path, name])}
    />
  );
}
