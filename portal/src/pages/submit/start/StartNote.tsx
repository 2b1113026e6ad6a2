import { Alert, Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Moment } from "../../../components/Moment";
import { mappingAt } from "../model/path";
import { mask } from "../model/secrets";
import { useSubmission } from "../state/submission";
import { hello } from "./examples";
import { renamed } from "./files";

/** Where what stands in the form came from, when that is not plain. */
export function StartNote({ restored, cloneOf }: { restored: number | null; cloneOf: string | null }) {
  const { t } = useTranslation();
  const { value, setText } = useSubmission();
  const [open, setOpen] = useState(true);
  if (!open || (restored === null && cloneOf === null)) return null;
  const secrets = Object.values(mappingAt(value, ["secrets"])).includes(mask);
  return (
    <Alert color="blue" withCloseButton closeButtonLabel={t("common.close")} onClose={() => setOpen(false)}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          {restored !== null && (
            <>
              {t("submit.restored")} <Moment time={restored} />.{" "}
            </>
          )}
          {cloneOf !== null && <bdi>{t("submit.clone.of", { job: cloneOf })} </bdi>}
          {secrets && (cloneOf === null ? t("submit.secretsGone") : t("submit.clone.secrets"))}
        </Text>
        {restored !== null && cloneOf === null && (
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              setText(renamed(hello));
              setOpen(false);
            }}
          >
            {t("submit.anew")}
          </Button>
        )}
      </Group>
    </Alert>
  );
}
