import { Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useFormat } from "../../../components/format";
import { jobPath } from "../../../components/paths";
import { Section } from "../../../components/Section";
import { StateBadge, states } from "../../../components/StateBadge";
import { tasksOf } from "../pulls";
import type { JobDetail } from "../queries";
import classes from "./TaskStates.module.css";

/** How many tasks are in each state; each number leads to the list of those. */
export function TaskStates({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const tasks = tasksOf(job);
  if (tasks.length < 2) return null;
  const list = jobPath(job.jobStatus.username, job.name, "tasks");
  return (
    <Section title={t("job.tasks.title")}>
      <Group gap="sm">
        {states.map((state) => {
          const count = tasks.filter((task) => task.taskState === state).length;
          if (count === 0) return null;
          return (
            <Link key={state} to={`${list}?state=${state}`} className={classes.state}>
              <Text span fw={600}>
                {format.number(count)}
              </Text>
              <StateBadge state={state} />
            </Link>
          );
        })}
      </Group>
    </Section>
  );
}
