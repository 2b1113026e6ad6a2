import { Center, Group, Loader, Paper, Stack, Title } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation, useNavigate, useSearchParams } from "react-router";
import { persistently } from "../../api/persistently";
import { useSessionState } from "../../app/session";
import { Brand } from "../../app/shell/Brand";
import { LanguageMenu } from "../../app/shell/LanguageMenu";
import { ThemeMenu } from "../../app/shell/ThemeMenu";
import { Failure } from "../../components/Failure";
import { SignInForm } from "../../components/SignInForm";

/** Signs in by what is typed, or at once by the code of a one-time link, and goes on to where one wanted to be. */
export function SignInPage() {
  const { t } = useTranslation();
  const { session } = useSessionState();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const { busy, error } = useCodeOfLink();
  const next = search.get("from") ?? "/";

  useEffect(() => {
    document.title = `${t("signIn.title")} · OpenPAI`;
  }, [t]);

  if (session && !busy && !error) return <Navigate replace to={next} />;
  return (
    <>
      <Group justify="space-between" p="md" component="header">
        <Brand />
        <Group gap={4}>
          <LanguageMenu />
          <ThemeMenu />
        </Group>
      </Group>
      <Center component="main" p="md" mt="xl">
        <Paper withBorder p="xl" maw={440} w="100%">
          <Stack>
            <Title order={1} size="h3">
              {t("signIn.title")}
            </Title>
            {error && <Failure error={error} />}
            {busy ? <Loader /> : <SignInForm onDone={() => navigate(next, { replace: true })} />}
          </Stack>
        </Paper>
      </Center>
    </>
  );
}

/** Uses the code behind the address's #, once, and takes it out of the address and the history when the server has
answered: a page that is loaded anew before that begins anew. */
function useCodeOfLink() {
  const { hash, search } = useLocation();
  const navigate = useNavigate();
  const { enter } = useSessionState();
  const used = useRef(false);
  const [busy, setBusy] = useState(hash.startsWith("#code="));
  const [error, setError] = useState<Error | null>(null);

  useEffect(() => {
    if (!hash.startsWith("#code=") || used.current) return;
    used.current = true;
    persistently(() => enter({ code: hash.slice("#code=".length) }))
      .catch(setError)
      .finally(() => {
        navigate({ search }, { replace: true });
        setBusy(false);
      });
  }, [hash, search, navigate, enter]);

  return { busy, error };
}
