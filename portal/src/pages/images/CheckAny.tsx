import { Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { credentials } from "../../api/images";
import { savedFor, useOwner } from "../../components/credentials";
import { CheckButton, CheckResult, useImageCheck } from "../../components/ImageCheck";
import { registryOf } from "../../components/reference";
import { Section } from "../../components/Section";

/** Asks for any image, which the address may name: whether a job with it would be taken, with a log-in or without. */
export function CheckAny() {
  const { t } = useTranslation();
  const owner = useOwner();
  const [search, setSearch] = useSearchParams();
  const image = search.get("image") ?? "";
  const setImage = (name: string) => setSearch(name ? { image: name } : {}, { replace: true });
  const [withLogin, setWithLogin] = useState(false);
  const [login, setLogin] = useState({ username: "", password: "" });
  const registryuri = registryOf(image);
  const check = useImageCheck({ image: image.trim(), ...(withLogin ? { ...login, registryuri } : {}) });
  const [counts] = savedFor(useQuery(credentials()).data ?? [], registryuri);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (image.trim()) check.run();
  };
  const field = (name: "username" | "password") => ({
    label: t(`images.auth.${name}`),
    value: login[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      setLogin({ ...login, [name]: event.currentTarget.value }),
    autoComplete: "off",
    autoCapitalize: "off",
    spellCheck: false,
    flex: "1 1 12rem",
  });
  return (
    <Section title={t("images.checkAny.title")}>
      <form onSubmit={submit} noValidate>
        <Stack>
          <TextInput
            label={t("images.block.uri")}
            description={t("images.checkAny.hint")}
            value={image}
            onChange={(event) => setImage(event.currentTarget.value)}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
          />
          <Switch
            label={t("images.checkAny.withLogin")}
            checked={withLogin}
            onChange={(event) => setWithLogin(event.currentTarget.checked)}
          />
          {withLogin && (
            <Group align="flex-start">
              <TextInput {...field("username")} />
              <TextInput {...field("password")} type="password" />
            </Group>
          )}
          {!withLogin && counts && (
            <Text size="sm" dir="auto">
              {t("images.block.savedLogin", {
                username: counts.username,
                owner: owner(counts),
                registry: registryuri,
              })}
            </Text>
          )}
          <div>
            <CheckButton check={check} label={t("images.checkAny.run")} image={image} type="submit" />
          </div>
          <CheckResult check={check} />
        </Stack>
      </form>
    </Section>
  );
}
