import { Text } from "@mantine/core";
import { Words } from "./Words";

/** What the server says of something, and below it what to do. */
export function Told({ message, fix }: { message: string; fix: string | null }) {
  return (
    <div>
      <Text size="sm" dir="auto">
        <Words text={message} />
      </Text>
      {fix && (
        <Text size="sm" c="dimmed" dir="auto">
          <Words text={fix} />
        </Text>
      )}
    </div>
  );
}
