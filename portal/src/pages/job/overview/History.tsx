import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../components/format";
import { Section } from "../../../components/Section";
import { Words } from "../../../components/Words";
import classes from "./History.module.css";
import type { Step } from "./steps";

const few = 5;

/** What became of the job before it ran: why it waited, where it was placed, whom it gave way to. */
export function History({ steps }: { steps: Step[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [all, setAll] = useState(false);
  if (steps.length === 0) return null;
  return (
    <Section title={t("job.history.title")}>
      <ol className={classes.list}>
        {(all ? steps : steps.slice(0, few)).map(({ since, reasons }) => (
          <li key={since}>
            <Text size="sm" c="dimmed" component="time" dateTime={new Date(since).toISOString()}>
              {format.moment(since)}
            </Text>
            {reasons.map(({ message }) => (
              <Text key={message} size="sm" dir="auto">
                <Words text={message} />
              </Text>
            ))}
          </li>
        ))}
      </ol>
      {steps.length > few && !all && (
        <Button variant="subtle" size="xs" mt="xs" onClick={() => setAll(true)}>
          {t("job.history.all", { count: steps.length })}
        </Button>
      )}
    </Section>
  );
}
