import { Stack, Text } from "@mantine/core";
import { CircleX, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Section } from "../../../components/Section";
import type { JobDetail } from "../queries";
import classes from "./FailureCard.module.css";
import { FaultView } from "./FaultView";
import { faultsOf } from "./failures";

/** Why the job failed, or what failed on the way: cause, the lines that show it, and what to do. */
export function FailureCard({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const faults = faultsOf(job);
  if (faults.length === 0) return null;
  const failed = job.jobStatus.state === "FAILED";
  const Icon = failed ? CircleX : TriangleAlert;
  return (
    <div className={classes.card} data-failed={failed}>
      <Section
        title={failed ? t("job.failure.title") : t("job.failure.onTheWay")}
        actions={<Icon size={20} aria-hidden className={classes.icon} />}
      >
        <Stack gap="lg">
          {faults.map((fault) => (
            <div key={fault.kind}>
              {faults.length > 1 && (
                <Text c="dimmed" size="sm" mb={4}>
                  {t(`job.failure.${fault.kind}`)}
                </Text>
              )}
              <FaultView job={job} fault={fault} />
            </div>
          ))}
        </Stack>
      </Section>
    </div>
  );
}
