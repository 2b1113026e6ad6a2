import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Section } from "../../../components/Section";
import { Words } from "../../../components/Words";
import type { JobDetail } from "../queries";

/** How a job ended that did not fail: by whom it was stopped, by which rule it succeeded. */
export function EndNote({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const { state, diagnosis, appExitTriggerMessage } = job.jobStatus;
  if (state !== "SUCCEEDED" && state !== "STOPPED") return null;
  return (
    <Section title={t("job.end.title")}>
      {diagnosis && (
        <Text dir="auto">
          <Words text={diagnosis.message} />
        </Text>
      )}
      {appExitTriggerMessage && (
        <Text size="sm" c="dimmed" dir="auto">
          <Words text={appExitTriggerMessage} />
        </Text>
      )}
    </Section>
  );
}
