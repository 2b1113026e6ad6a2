import { Button, PasswordInput, Stack, Text } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Session, Way } from "../api/session";
import { useSessionState } from "../app/session";
import { Failure } from "./Failure";

/** Takes a token, or a one-time link or its code. */
export function SignInForm({ onDone }: { onDone?: (session: Session) => void }) {
  const { t } = useTranslation();
  const { enter } = useSessionState();
  const [typed, setTyped] = useState("");
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setMissing(!typed.trim());
    if (!typed.trim()) return;
    setBusy(true);
    setError(null);
    try {
      const session = await enter(wayOf(typed));
      onDone?.(session);
    } catch (refused) {
      setError(refused as Error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <PasswordInput
          label={t("signIn.token")}
          description={t("signIn.hint")}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={missing && t("signIn.missing")}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          autoFocus
          visibilityToggleButtonProps={{
            "aria-label": t("signIn.reveal"),
            tabIndex: 0,
            "aria-hidden": false,
          }}
        />
        {error && <Failure error={error} />}
        <Button type="submit" loading={busy}>
          {t("signIn.enter")}
        </Button>
        <Text size="sm" c="dimmed">
          {t("signIn.help")}
        </Text>
      </Stack>
    </form>
  );
}

function wayOf(typed: string): Way {
  const [, code] = typed.trim().split("#code=");
  return code ? { code } : { token: typed.trim() };
}
