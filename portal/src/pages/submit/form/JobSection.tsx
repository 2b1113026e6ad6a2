import { SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Section } from "../../../components/Section";
import { Fold } from "../fields/Fold";
import { TextField } from "../fields/TextField";
import { Toggle } from "../fields/Toggle";
import { ClusterField } from "./ClusterField";
import { PriorityField } from "./PriorityField";

const advanced = [
  ["description"],
  ["jobRetryCount"],
  ["extras", "hivedScheduler", "jobPriorityClass"],
  ["extras", "gangAllocation"],
  ["extras", "lockImages"],
  ["extras", "stopGracePeriodSeconds"],
];

/** What concerns the whole job. */
export function JobSection() {
  const { t } = useTranslation();
  return (
    <Section title={t("submit.job.title")}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextField path={["name"]} label={t("submit.job.name")} required />
          <ClusterField />
        </SimpleGrid>
        <Fold title={t("submit.advanced")} summary={t("submit.job.more")} paths={advanced}>
          <Stack gap="sm">
            <TextField path={["description"]} label={t("submit.job.description")} />
            <SimpleGrid cols={{ base: 1, xs: 2 }}>
              <PriorityField />
              <TextField
                path={["jobRetryCount"]}
                label={t("submit.job.retries")}
                description={t("submit.job.retriesHint")}
                placeholder="0"
                number
              />
              <TextField
                path={["extras", "stopGracePeriodSeconds"]}
                label={t("submit.job.grace")}
                description={t("submit.job.graceHint")}
                number
              />
            </SimpleGrid>
            <Toggle
              path={["extras", "gangAllocation"]}
              label={t("submit.job.gang")}
              description={t("submit.job.gangHint")}
              otherwise
            />
            <Toggle
              path={["extras", "lockImages"]}
              label={t("submit.job.lock")}
              description={t("submit.job.lockHint")}
              otherwise
            />
          </Stack>
        </Fold>
      </Stack>
    </Section>
  );
}
