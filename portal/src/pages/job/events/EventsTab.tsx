import { Button, Group, Select, Stack, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Loaded } from "../../../components/Loaded";
import { fullName } from "../paths";
import { type JobDetail, type JobEvent, jobEvents } from "../queries";
import { TimeLine } from "./TimeLine";

const step = 200;

/** What happened to the job, as a time line. */
export function EventsTab({ job }: { job: JobDetail }) {
  const query = useQuery(jobEvents(fullName(job)));
  return (
    <Loaded query={query} lines={8}>
      {(events) => <Events newestFirst={events} />}
    </Loaded>
  );
}

function Events({ newestFirst }: { newestFirst: JobEvent[] }) {
  const { t } = useTranslation();
  const [order, setOrder] = useState("newest");
  const [warnings, setWarnings] = useState(false);
  const [most, setMost] = useState(step);
  const wanted = warnings ? newestFirst.filter((event) => event.type === "Warning") : newestFirst;
  const sorted = order === "newest" ? wanted : wanted.toReversed();
  return (
    <Stack>
      <Group align="end" gap="lg">
        <Select
          label={t("job.events.order")}
          w={180}
          value={order}
          data={[
            { value: "newest", label: t("job.events.newest") },
            { value: "oldest", label: t("job.events.oldest") },
          ]}
          allowDeselect={false}
          onChange={(value) => setOrder(value ?? "newest")}
        />
        <Switch
          mb={8}
          label={t("job.events.warnings")}
          checked={warnings}
          onChange={(event) => setWarnings(event.currentTarget.checked)}
        />
      </Group>
      {sorted.length === 0 ? (
        <Text>{t("job.events.none")}</Text>
      ) : (
        <TimeLine events={sorted.slice(0, most)} />
      )}
      {sorted.length > most && (
        <Button variant="default" onClick={() => setMost(most + step)}>
          {t("job.events.more", { count: sorted.length - most })}
        </Button>
      )}
    </Stack>
  );
}
