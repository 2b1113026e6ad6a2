import { Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { credentials, keepCredential } from "../../../api/images";
import { savedFor } from "../../../components/credentials";
import { Failure } from "../../../components/Failure";
import { CheckResult, useImageCheck } from "../../../components/ImageCheck";
import { registryOf } from "../../../components/reference";
import type { ImageChoice } from "./ImageBlock";
import { askOf, authOf, draftOf, type Mistakes, mistakesOf } from "./login";
import { TestButton } from "./TestButton";
import { TypedLogin } from "./TypedLogin";
import { WayChoice } from "./WayChoice";

interface Props {
  value: ImageChoice;
  onDone: (auth: ImageChoice["auth"]) => void;
  onCancel: () => void;
}

/** Chooses the log-in of an image: what counts by itself, a saved one, or one that is typed here and can be tried. */
export function AuthForm({ value, onDone, onCancel }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const registry = registryOf(value.uri);
  const saved = savedFor(useQuery(credentials()).data ?? [], registry);
  const [draft, setDraft] = useState(() => draftOf(value, saved));
  const [mistakes, setMistakes] = useState<Mistakes>({});
  const ask = askOf(draft, value);
  const check = useImageCheck(ask);
  const keep = useMutation({
    mutationFn: keepCredential,
    gcTime: 0, // a password was in it
    onSuccess: () => {
      queries.invalidateQueries({ queryKey: ["credentials"] });
      onDone(null); // from now on it counts by itself
    },
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation(); // what lies around it in React is the form of the job
    const found = mistakesOf(draft, value);
    setMistakes(found);
    if (Object.keys(found).length > 0) return;
    if (draft.way !== "typed" || !draft.save) return onDone(authOf(draft, value.auth));
    const { username, password, registryuri } = draft;
    keep.mutate({ registry: registryuri.trim(), username: username.trim(), password });
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {value.uri.trim() ? t("images.auth.for", { image: value.uri.trim() }) : t("images.auth.noImage")}
        </Text>
        {saved.length > 0 && (
          <WayChoice saved={saved} way={draft.way} onChange={(way) => setDraft({ ...draft, way })} />
        )}
        {draft.way === "typed" && (
          <TypedLogin
            draft={draft}
            mistakes={mistakes}
            registry={registry}
            kept={Boolean(value.auth?.password)}
            onChange={setDraft}
          />
        )}
        {keep.error && <Failure error={keep.error} />}
        <Group justify="space-between" gap="xs">
          <TestButton check={check} ask={ask} />
          <Group gap="xs">
            <Button variant="default" onClick={onCancel}>
              {t("common.cancel")}
            </Button>
            <Button type="submit" loading={keep.isPending}>
              {t("images.auth.use")}
            </Button>
          </Group>
        </Group>
        <CheckResult check={check} />
      </Stack>
    </form>
  );
}
