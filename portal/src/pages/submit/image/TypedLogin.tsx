import { Checkbox, Stack, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Draft, Field, Mistakes } from "./login";

interface Props {
  draft: Draft;
  mistakes: Mistakes;
  /** What the image comes from; "" while it has no name. */
  registry: string;
  /** There is a password already, which is not shown. */
  kept: boolean;
  onChange: (draft: Draft) => void;
}

/** User name, password and registry, and whether they are to be kept for other jobs. */
export function TypedLogin({ draft, mistakes, registry, kept, onChange }: Props) {
  const { t } = useTranslation();
  const field = (name: Field) => ({
    label: t(`images.auth.${name}`),
    value: draft[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ ...draft, [name]: event.currentTarget.value }),
    error: mistakes[name] && t(`images.auth.wrong.${mistakes[name]}`, { registry }),
    autoComplete: "off",
    autoCapitalize: "off",
    spellCheck: false,
    required: true,
  });
  return (
    <Stack gap="sm">
      <TextInput {...field("username")} data-autofocus />
      <TextInput
        {...field("password")}
        type="password"
        placeholder={kept ? t("images.auth.kept") : undefined}
      />
      <TextInput {...field("registryuri")} description={t("images.auth.registryHint")} />
      <Checkbox
        label={t("images.auth.save")}
        description={t("images.auth.saveHint")}
        checked={draft.save}
        onChange={(event) => onChange({ ...draft, save: event.currentTarget.checked })}
      />
    </Stack>
  );
}
