import { Tooltip } from "@mantine/core";
import { useState } from "react";
import { useFormat } from "./format";
import { useNow } from "./now";

/** When something was: how long ago where that says more, else day and time; the exact time is told on hover. */
export function Moment({ time }: { time: number | null }) {
  const format = useFormat();
  const now = useNow(60_000);
  const [over, setOver] = useState(false);
  if (time === null) return "–";
  const recent = now - time < 7 * 24 * 3600_000;
  const moment = (
    <time
      dateTime={new Date(time).toISOString()}
      onMouseEnter={() => setOver(true)}
      onMouseLeave={() => setOver(false)}
    >
      {recent ? format.ago(time, now) : format.moment(time)}
    </time>
  );
  if (!over) return moment; // a tooltip costs more than the rest of a table's row, and most are never seen
  return (
    <Tooltip opened label={`${format.moment(time)} (${format.utc(time)})`}>
      {moment}
    </Tooltip>
  );
}
