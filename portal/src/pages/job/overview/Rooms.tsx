import { Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../components/format";
import { UsageBar } from "../../../components/UsageBar";
import { Words } from "../../../components/Words";
import { Facts } from "../Facts";
import { JobNames } from "./JobNames";
import { holdersOf, type Room, usageOf } from "./rooms";

/** The parts of the cluster where it could run, each with its numbers and what stands in the way there. */
export function Rooms({ rooms }: { rooms: Room[] }) {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      <Text size="sm" fw={600}>
        {t("job.room.title")}
      </Text>
      {rooms.map((room) => (
        <OneRoom key={`${room.chain} ${room.sku}`} room={room} />
      ))}
    </Stack>
  );
}

function OneRoom({ room }: { room: Room }) {
  const { t } = useTranslation();
  const format = useFormat();
  const numbers = {
    needed: room.needed,
    free: room.free,
    largestNeeded: room.largestNeeded,
    largestFree: room.largestFree,
    elsewhere: room.elsewhere || null,
    bad: room.bad || null,
  };
  return (
    <div>
      <Group justify="space-between" gap="xs" mb={4}>
        <Text size="sm" fw={600}>
          {room.sku}
        </Text>
        <Text size="sm" dir="auto">
          <Words text={room.why.message} />
        </Text>
      </Group>
      <UsageBar usage={usageOf(room)} />
      <div style={{ marginTop: 8 }}>
        <Facts
          facts={(Object.keys(numbers) as (keyof typeof numbers)[]).map((name) => {
            const number = numbers[name];
            return { name: t(`job.room.${name}`), value: number === null ? null : format.number(number) };
          })}
        />
      </div>
      {room.holders.length > 0 && (
        <Text size="sm" mt={4}>
          {t("job.room.holders")}{" "}
          {holdersOf(room).map((holder, place) => (
            <span key={`${holder.job} ${holder.priority} ${holder.reserved}`}>
              {place > 0 && ", "}
              <JobNames names={[holder.job]} />{" "}
              {t(`job.room.${holder.reserved ? "reserved" : "holds"}`, {
                count: holder.cells,
                priority: holder.priority,
              })}
            </span>
          ))}
        </Text>
      )}
    </div>
  );
}
