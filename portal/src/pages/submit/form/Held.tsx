import { Alert, Button, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSubmission } from "../state/submission";

/** That the form waits while the YAML cannot be read, and where that is. */
export function Held() {
  const { t } = useTranslation();
  const { held, problems, reveal } = useSubmission();
  if (!held) return null;
  const [first] = problems;
  return (
    <Alert color="yellow" mb="md" title={t("submit.held.title")} role="status">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t("submit.held.text")}</Text>
        {first && (
          <Button size="xs" variant="default" onClick={() => reveal(first)}>
            {t("submit.held.show", { line: first.line })}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
