import { Tooltip } from "@mantine/core";
import { useFormat } from "./format";
import { useNow } from "./now";

/** When something was: how long ago where that says more, else day and time; the exact time is told on hover and focus. */
export function Moment({ time }: { time: number | null }) {
  const format = useFormat();
  const now = useNow(60_000);
  if (time === null) return "–";
  const recent = now - time < 7 * 24 * 3600_000;
  return (
    <Tooltip
      label={`${format.moment(time)} (${format.utc(time)})`}
      events={{ hover: true, focus: true, touch: true }}
    >
      <time dateTime={new Date(time).toISOString()}>
        {recent ? format.ago(time, now) : format.moment(time)}
      </time>
    </Tooltip>
  );
}
