import { Button, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Eraser } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Failure } from "../../../components/Failure";
import { useFormat } from "../../../components/format";
import { Loaded } from "../../../components/Loaded";
import { type Cleaning, clean, cleaningPlan } from "../queries";
import { RemovedTable } from "./Removals";

/** Shows an administrator what cleaning would remove, and does it. */
export function Clean() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button size="xs" variant="default" leftSection={<Eraser size={14} aria-hidden />} onClick={open}>
        {t("images.clean.open")}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        size="xl"
        title={t("images.clean.title")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <PlanOfCleaning onDone={close} />
      </Modal>
    </>
  );
}

function PlanOfCleaning({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const queries = useQueryClient();
  const query = useQuery(cleaningPlan());
  const run = useMutation({
    mutationFn: () => clean(false),
    onSuccess: ({ removed }) => {
      queries.invalidateQueries({ queryKey: ["images"] });
      notifications.show({ color: "green", message: t("images.clean.done", { count: removed.length }) });
      onDone();
    },
  });
  return (
    <Loaded query={query} lines={4}>
      {(plan) => (
        <Stack>
          <Effect plan={plan} />
          {plan.removed.length > 0 && (
            <>
              <RemovedTable removed={plan.removed} />
              <Text size="sm" c="dimmed">
                {t("images.clean.freed", {
                  size: format.bytes(plan.removed.reduce((sum, each) => sum + each.sizeBytes, 0)),
                })}
              </Text>
              {run.error && <Failure error={run.error} />}
              <Button color="red" loading={run.isPending} onClick={() => run.mutate()}>
                {t("images.clean.remove", { count: plan.removed.length })}
              </Button>
            </>
          )}
        </Stack>
      )}
    </Loaded>
  );
}

/** What would become of the disk, in a sentence. */
function Effect({ plan }: { plan: Cleaning }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { before, after, removed, highPercent } = plan;
  if (before === null || after === null) return <Text>{t("images.disk.unseen")}</Text>;
  const values = {
    used: format.number(before.usedPercent),
    high: format.number(highPercent),
    after: format.number(after.usedPercent),
  };
  if (removed.length > 0) return <Text>{t("images.clean.would", values)}</Text>;
  const enough = before.usedPercent <= highPercent;
  return <Text>{enough ? t("images.clean.enough", values) : t("images.clean.cannot", values)}</Text>;
}
