import { Text, Tooltip, VisuallyHidden } from "@mantine/core";
import { Circle, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../components/format";
import { Words } from "../../../components/Words";
import type { JobEvent } from "../queries";
import classes from "./TimeLine.module.css";

/** Events along a line, each with its time. */
export function TimeLine({ events }: { events: JobEvent[] }) {
  return (
    <ol className={classes.line}>
      {events.map((event) => (
        <Event key={event.uid} event={event} />
      ))}
    </ol>
  );
}

function Event({ event }: { event: JobEvent }) {
  const { t } = useTranslation();
  const format = useFormat();
  const time = Date.parse(event.firstTimestamp);
  const warns = event.type === "Warning";
  const Icon = warns ? TriangleAlert : Circle;
  return (
    <li className={classes.event} data-type={event.type}>
      <Icon size={warns ? 16 : 10} aria-hidden className={classes.sign} />
      <Tooltip label={format.utc(time)}>
        <Text size="sm" c="dimmed" component="time" dateTime={event.firstTimestamp} className={classes.time}>
          {format.moment(time)}
        </Text>
      </Tooltip>
      <Text size="sm" dir="auto" className={classes.text}>
        {warns && <VisuallyHidden>{t("job.events.warning")} </VisuallyHidden>}
        <Words text={event.message} />
      </Text>
    </li>
  );
}
