import { List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";

/** Why the job would wait, its place in the queue, and what would let it start. */
export function Waits({ explanation }: { explanation: Schemas["ExplanationReply"] }) {
  const { t } = useTranslation();
  const { reason, changes } = explanation;
  return (
    <div>
      {reason && (
        <Text size="sm" dir="auto">
          {reason.message}
        </Text>
      )}
      {reason?.fix && (
        <Text size="sm" c="dimmed" dir="auto">
          {reason.fix}
        </Text>
      )}
      {changes.length > 0 && (
        <>
          <Text size="sm" fw={600} mt="xs">
            {t("submit.plan.changes")}
          </Text>
          <List size="sm">
            {changes.map((change) => (
              <List.Item key={change.message}>
                <span dir="auto">{change.message}</span>
              </List.Item>
            ))}
          </List>
        </>
      )}
    </div>
  );
}
