import { Alert, Button, Checkbox, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Moment } from "../../../components/Moment";
import { mappingAt } from "../model/path";
import { mask } from "../model/secrets";
import { useSubmission } from "../state/submission";

interface Props {
  restored: number | null;
  cloneOf: string | null;
  onAnew: () => void;
}

/** Where what stands in the form came from, when that is not plain. */
export function StartNote({ restored, cloneOf, onAnew }: Props) {
  const { t } = useTranslation();
  const { value, vault, newImages, setNewImages } = useSubmission();
  const [open, setOpen] = useState(true);
  if (!open || (restored === null && cloneOf === null)) return null;
  const written = Object.entries(mappingAt(value, ["secrets"]));
  const secrets = written.some(([name, shown]) => shown === mask && vault[name] === undefined);
  return (
    <Alert color="blue" withCloseButton closeButtonLabel={t("common.close")} onClose={() => setOpen(false)}>
      <Group justify="space-between" gap="xs">
        <Stack gap="xs">
          <Text size="sm">
            {restored !== null && (
              <>
                {t("submit.restored")} <Moment time={restored} />.{" "}
              </>
            )}
            {cloneOf !== null && <bdi>{t("submit.clone.of", { job: cloneOf })} </bdi>}
            {secrets && (cloneOf === null ? t("submit.secretsGone") : t("submit.clone.secrets"))}
          </Text>
          {cloneOf !== null && (
            <Checkbox
              size="sm"
              label={t("submit.clone.newImages")}
              checked={newImages}
              onChange={({ currentTarget }) => setNewImages(currentTarget.checked)}
            />
          )}
        </Stack>
        {restored !== null && (
          <Button size="xs" variant="default" onClick={onAnew}>
            {t("submit.anew")}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
