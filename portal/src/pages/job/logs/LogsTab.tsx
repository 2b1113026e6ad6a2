import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Failure } from "../../../components/Failure";
import { fullName } from "../paths";
import type { JobDetail } from "../queries";
import { Loading } from "./Loading";
import { LogView } from "./LogView";
import { TaskChooser } from "./TaskChooser";
import { useAsked } from "./useAsked";

/** What the tasks of a job wrote, as they write it. */
export function LogsTab({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const name = fullName(job);
  const selection = useAsked(job, name);
  const { tasks, error, logs, chosen } = selection;
  if (error) return <Failure error={error} />;
  if (tasks === undefined) return <Loading />;
  return (
    <Stack gap="xs">
      <TaskChooser job={job} fullName={name} selection={selection} />
      {logs.length === 0 ? (
        <Text size="sm">{tasks.length === 0 ? t("logs.noTasks") : t("logs.noTask")}</Text>
      ) : (
        <LogView
          key={logs.map(({ role, index }) => `${role}/${index}`).join("\n")}
          job={name}
          logs={logs}
          tasks={chosen}
          selection={selection}
        />
      )}
    </Stack>
  );
}
