import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { ranges } from "../../../components/ranges";
import { Section } from "../../../components/Section";
import { isFinal } from "../../../components/StateBadge";
import { placesOf } from "../places";
import type { JobDetail } from "../queries";

/** On which machines it runs or ran, with which GPUs. */
export function WhereItRuns({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const places = placesOf(job);
  if (places.length === 0) return null;
  return (
    <Section title={isFinal(job.jobStatus.state) ? t("job.where.ran") : t("job.where.runs")}>
      <Stack gap="xs">
        {places.map(({ node, tasks, gpus, described }) => (
          <div key={node}>
            <Text fw={600} dir="auto">
              {node}
            </Text>
            <Text size="sm">
              {t("job.where.tasks", { count: tasks })}
              {gpus.length > 0 && ` · ${t("job.where.gpus", { count: gpus.length, list: ranges(gpus) })}`}
              {described && ` · ${t("job.where.described")}`}
            </Text>
          </div>
        ))}
      </Stack>
    </Section>
  );
}
