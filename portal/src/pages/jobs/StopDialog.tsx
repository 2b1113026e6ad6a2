import { Button, Group, Modal, Progress, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../../app/session";
import { Confirm } from "../../components/Confirm";
import { Failure } from "../../components/Failure";
import { JobNames } from "./JobNames";
import type { Chosen } from "./selection";
import { type Outcome, stopAll } from "./stopping";

interface Props {
  jobs: readonly Chosen[];
  /** The stop of this one was granted. */
  onStopped: (job: Chosen) => void;
  onClose: () => void;
}

/** Asks whether these jobs are to be stopped, has it done, and tells of those that could not be. */
export function StopDialog({ jobs, onStopped, onClose }: Props) {
  const { t } = useTranslation();
  const { username } = useSession();
  const queries = useQueryClient();
  // A job that ends meanwhile must not change what one says yes to.
  const [asked] = useState(jobs);
  const [outcomes, setOutcomes] = useState<readonly Outcome[] | null>(null);
  const leaving = useLeaving();

  const stop = async () => {
    const told: Outcome[] = [];
    const tell = (outcome: Outcome) => {
      told.push(outcome);
      setOutcomes([...told]);
      if (outcome.error === null) onStopped(outcome.job);
    };
    setOutcomes(told);
    await stopAll(asked, tell, leaving());
    queries.invalidateQueries({ queryKey: ["jobs"] });
    const done = told.filter(({ error }) => error === null).map(({ job }) => job);
    if (done.length > 0) {
      notifications.show({
        title: t("jobs.stop.done", { count: done.length }),
        message: <JobNames jobs={done} reader={username} />,
      });
    }
    if (done.length === told.length) onClose();
  };

  if (outcomes?.length === asked.length) return <Failures outcomes={outcomes} onClose={onClose} />;
  const count = asked.length;
  return (
    <Confirm
      title={t("jobs.stop.title", { count })}
      action={t("jobs.stop.action", { count })}
      busy={outcomes !== null}
      onConfirm={stop}
      onClose={onClose}
    >
      <Text>{t("jobs.stop.text")}</Text>
      <JobNames jobs={asked} reader={username} />
      {outcomes !== null && count > 1 && (
        <Progress value={(100 * outcomes.length) / count} aria-label={t("jobs.stop.progress")} />
      )}
    </Confirm>
  );
}

/** Which jobs could not be stopped, and why. They stay selected. */
function Failures({ outcomes, onClose }: { outcomes: readonly Outcome[]; onClose: () => void }) {
  const { t } = useTranslation();
  const { username } = useSession();
  const failed = outcomes.filter(({ error }) => error !== null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("jobs.stop.failed", { count: failed.length, total: outcomes.length })}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <Stack>
        {failed.map(({ job, error }) => (
          <div key={job.debugId}>
            <JobNames jobs={[job]} reader={username} />
            {error && <Failure error={error} />}
          </div>
        ))}
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            {t("common.close")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Aborts what is under way when the dialog is left: no more jobs are stopped then. */
function useLeaving(): () => AbortSignal {
  const controller = useRef<AbortController>(null);
  useEffect(() => () => controller.current?.abort(), []);
  return () => {
    controller.current = new AbortController();
    return controller.current.signal;
  };
}
