import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../components/format";
import { Section } from "../../../components/Section";
import { Words } from "../../../components/Words";
import type { PastReason } from "../queries";
import classes from "./History.module.css";

const few = 8;

/** What it waited for, where it was placed, whom it gave way to: the newest first. */
export function History({ past }: { past: PastReason[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [all, setAll] = useState(false);
  if (past.length === 0) return null;
  const sorted = past
    .map((each, place) => ({ ...each, place }))
    .sort((a, b) => b.since - a.since || b.place - a.place);
  return (
    <Section title={t("job.history.title")}>
      <ol className={classes.list}>
        {(all ? sorted : sorted.slice(0, few)).map(({ since, reason, place }) => (
          <li key={place}>
            <Text size="sm" c="dimmed" component="time" dateTime={new Date(since).toISOString()}>
              {format.moment(since)}
            </Text>
            <Text size="sm" dir="auto">
              <Words text={reason.message} />
            </Text>
          </li>
        ))}
      </ol>
      {sorted.length > few && !all && (
        <Button variant="subtle" size="xs" mt="xs" onClick={() => setAll(true)}>
          {t("job.history.all", { count: sorted.length })}
        </Button>
      )}
    </Section>
  );
}
