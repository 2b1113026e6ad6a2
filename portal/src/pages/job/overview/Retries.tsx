import { useTranslation } from "react-i18next";
import { Section } from "../../../components/Section";
import { Facts } from "../Facts";
import type { JobDetail } from "../queries";

const kinds = ["user", "platform", "preemption"] as const;

/** How often the job was run again, by whose cause. */
export function Retries({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const { retries, retryDetails, attemptId } = job.jobStatus;
  if (retries === 0 && attemptId === 0) return null;
  return (
    <Section title={t("job.retries.title")}>
      <Facts
        facts={[
          { name: t("job.retries.attempts"), value: attemptId + 1 },
          ...kinds.map((kind) => ({ name: t(`job.retries.${kind}`), value: retryDetails[kind] })),
        ]}
      />
    </Section>
  );
}
