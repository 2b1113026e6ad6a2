import { Group, List, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import { FullJobLink } from "../../../components/JobLink";
import { KindBadge } from "../cells/KindBadge";

type JobHere = Schemas["JobHere"];

/** The jobs that have cells of a machine: which, of which virtual cluster, and whether they give way. */
export function NodeJobs({ jobs }: { jobs: JobHere[] }) {
  const { t } = useTranslation();
  return (
    <List size="sm" spacing={4} listStyleType="none">
      {jobs.map((job) => (
        <List.Item key={job.name}>
          <Group gap="2px 8px">
            <FullJobLink job={job.name} />
            <Text span size="sm" c="dimmed" dir="auto">
              {t("cluster.node.jobCells", {
                cells: Object.entries(job.cells)
                  .map(([sku, indices]) => `${indices.length} × ${sku}`)
                  .join(", "),
                vc: job.virtualCluster,
              })}
            </Text>
            {job.opportunistic && <KindBadge kind="opportunistic" />}
          </Group>
        </List.Item>
      ))}
    </List>
  );
}
