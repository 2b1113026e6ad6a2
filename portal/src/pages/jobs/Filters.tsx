import { Button, Chip, Group, MultiSelect } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { ListFilter, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { virtualClusters } from "../../api/cluster";
import { states } from "../../components/StateBadge";
import { isFiltered, unfiltered, type View } from "./address";
import classes from "./Filters.module.css";
import { Keyword } from "./Keyword";
import type { Change } from "./useView";
import { Whose } from "./Whose";

export interface FilterProps {
  view: View;
  change: Change;
  /** Users whom one may want to pick. */
  users: string[];
}

/** Which jobs are shown. In a narrow window most of it is behind a button. */
export function Filters({ view, change, users }: FilterProps) {
  const { t } = useTranslation();
  const [opened, { toggle }] = useDisclosure();
  const clusters = useQuery(virtualClusters()).data ?? {};
  const named = [...new Set([...Object.keys(clusters), ...view.clusters])];
  const count = view.states.length + view.clusters.length;
  return (
    <search className={classes.filters} aria-label={t("jobs.filter.title")} data-opened={opened}>
      <div className={classes.first}>
        <Keyword keyword={view.keyword} change={change} />
        <Button
          className={classes.more}
          variant="default"
          leftSection={<ListFilter size={16} aria-hidden />}
          aria-expanded={opened}
          onClick={toggle}
        >
          {t("jobs.filter.title")}
          {count > 0 && ` · ${count}`}
        </Button>
      </div>
      <div className={classes.rest}>
        <Whose view={view} change={change} users={users} />
        <MultiSelect
          className={classes.field}
          aria-label={t("jobs.filter.clusters")}
          placeholder={view.clusters.length === 0 ? t("jobs.filter.clusters") : ""}
          data={named}
          value={view.clusters}
          onChange={(chosen) => change({ clusters: chosen })}
        />
        <Chip.Group
          multiple
          value={view.states}
          onChange={(chosen) => change({ states: states.filter((state) => chosen.includes(state)) })}
        >
          <Group gap={6} role="group" aria-label={t("job.field.state")}>
            {states.map((state) => (
              <Chip key={state} value={state} size="xs" radius="sm">
                {t(`state.${state}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        {isFiltered(view) && (
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<X size={14} aria-hidden />}
            onClick={() => change(unfiltered)}
          >
            {t("jobs.filter.clear")}
          </Button>
        )}
      </div>
    </search>
  );
}
