import { Button, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Credential, keepCredential } from "../../../api/images";
import { useSession } from "../../../app/session";
import { Failure } from "../../../components/Failure";
import { groups } from "../queries";
import { isWhose, type WhoseWord, whoseOf, wordOf } from "./whose";

const fields = ["registryuri", "username", "password"] as const;
type Field = (typeof fields)[number];

/** Takes a log-in: a new one, or the new user name and password in place of one. */
export function LoginForm({ replaces, onDone }: { replaces: Credential | null; onDone: () => void }) {
  const { t } = useTranslation();
  const { admin } = useSession();
  const queries = useQueryClient();
  const [typed, setTyped] = useState({
    registryuri: replaces?.registry ?? "",
    username: replaces?.username ?? "",
    password: "",
  });
  const [whose, setWhose] = useState<WhoseWord>(replaces ? wordOf(replaces) : "user");
  const [asked, setAsked] = useState(false);
  const keep = useMutation({
    mutationFn: keepCredential,
    gcTime: 0, // a password was in it
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["credentials"] });
      onDone();
    },
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(true);
    const { registryuri: registry, username, password } = typed;
    if (fields.some((field) => !typed[field].trim())) return;
    keep.mutate({ registry: registry.trim(), username: username.trim(), password, ...whoseOf(whose) });
  };

  const field = (name: Field) => ({
    label: t(`images.auth.${name}`),
    value: typed[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      setTyped({ ...typed, [name]: event.currentTarget.value }),
    error: asked && !typed[name].trim() && t("images.auth.wrong.missing"),
    autoComplete: "off",
    autoCapitalize: "off",
    spellCheck: false,
    required: true,
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        <TextInput
          {...field("registryuri")}
          description={t("images.auth.registryHint")}
          readOnly={replaces !== null}
        />
        <TextInput {...field("username")} />
        <TextInput {...field("password")} type="password" />
        {admin && replaces === null && <WhoseChoice whose={whose} onChange={setWhose} />}
        <Text size="sm" c="dimmed">
          {t("images.logins.kept")}
        </Text>
        {keep.error && <Failure error={keep.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={keep.isPending}>
            {t("images.logins.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** For whom an administrator saves it. */
function WhoseChoice({ whose, onChange }: { whose: WhoseWord; onChange: (word: WhoseWord) => void }) {
  const { t } = useTranslation();
  const { data } = useQuery(groups());
  return (
    <Select
      label={t("images.column.whose")}
      data={[
        { value: "user", label: t("images.logins.mine") },
        ...(data ?? []).map((group) => ({
          value: `group:${group}`,
          label: t("images.owner.group", { owner: group }),
        })),
        { value: "default", label: t("images.logins.everyone") },
      ]}
      value={whose}
      onChange={(word) => isWhose(word) && onChange(word)}
      allowDeselect={false}
      comboboxProps={{ withinPortal: false }}
      withScrollArea={false}
      styles={{ options: { maxHeight: 220, overflowY: "auto" } }}
    />
  );
}
