import { VisuallyHidden } from "@mantine/core";
import { Circle, TriangleAlert } from "lucide-react";
import { memo } from "react";
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
        <OneEvent key={event.uid} event={event} />
      ))}
    </ol>
  );
}

/** Of events that are there already nothing changes but the language, however many come. */
const OneEvent = memo(
  function OneEvent({ event }: { event: JobEvent }) {
    const { t } = useTranslation();
    const format = useFormat();
    const time = Date.parse(event.firstTimestamp);
    const warns = event.type === "Warning";
    const Icon = warns ? TriangleAlert : Circle;
    return (
      <li className={classes.event} data-type={event.type}>
        <Icon size={warns ? 16 : 10} aria-hidden className={classes.sign} />
        <time dateTime={event.firstTimestamp} title={format.utc(time)} className={classes.time}>
          {format.moment(time)}
        </time>
        <span dir="auto" className={classes.text}>
          {warns && <VisuallyHidden>{t("job.events.warning")} </VisuallyHidden>}
          <Words text={event.message} />
        </span>
      </li>
    );
  },
  (before, after) => before.event.uid === after.event.uid && before.event.message === after.event.message,
);
