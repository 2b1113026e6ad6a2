import { useTranslation } from "react-i18next";
import { type Format, useFormat } from "../../../components/format";
import { useNow } from "../../../components/now";
import { Section } from "../../../components/Section";
import { isFinal } from "../../../components/StateBadge";
import type { JobDetail } from "../queries";
import classes from "./Times.module.css";
import { type Took, timeSplit } from "./times";

/** How long the job waited, pulled its image, started and ran: a number, and a bar to compare. */
export function Times({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(isFinal(job.jobStatus.state) ? null : 1000);
  const split = timeSplit(job, now);
  if (split.length === 0) return null;
  const longest = Math.max(...split.map((took) => took.longest), 1);
  return (
    <Section title={t("job.times.title")}>
      <dl className={classes.times}>
        {split.map((took) => (
          <div key={took.phase}>
            <dt>{t(`job.times.${took.phase}`)}</dt>
            <dd>
              {lengths(took, format)}
              <span
                aria-hidden
                data-phase={took.phase}
                style={{ width: `${(100 * took.longest) / longest}%` }}
              />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

/** "3 sec", or where tasks differ "3 sec – 1 min". */
function lengths({ shortest, longest }: Took, format: Format): string {
  const [from, to] = [brief(shortest, format), brief(longest, format)];
  return from === to ? to : `${from} – ${to}`;
}

function brief(length: number, format: Format): string {
  return length > 0 && length < 1000 ? `< ${format.span(1000)}` : format.span(length);
}
