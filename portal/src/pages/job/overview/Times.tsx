import { Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { type Format, useFormat } from "../../../components/format";
import { useNow } from "../../../components/now";
import { Section } from "../../../components/Section";
import type { JobDetail } from "../queries";
import { isFinal } from "../status";
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
      <Table verticalSpacing={4} withRowBorders={false}>
        <Table.Tbody>
          {split.map((took) => (
            <Table.Tr key={took.phase}>
              <Table.Th scope="row" fw={400} className={classes.phase}>
                {t(`job.times.${took.phase}`)}
              </Table.Th>
              <Table.Td className={classes.bar} aria-hidden>
                <div data-phase={took.phase} style={{ width: `${(100 * took.longest) / longest}%` }} />
              </Table.Td>
              <Table.Td className={classes.number}>{lengths(took, format)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
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
