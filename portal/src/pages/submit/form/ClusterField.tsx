import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type VirtualCluster, virtualClusters } from "../../../api/cluster";
import { setIn } from "../model/edit";
import { at, spell } from "../model/path";
import { useSubmission } from "../state/submission";

const path = ["defaults", "virtualCluster"];

/** The virtual cluster, out of those that one may use, and what is free there. */
export function ClusterField() {
  const { t } = useTranslation();
  const { edit, errorAt } = useSubmission();
  const chosen = useCluster();
  const { data: clusters = {} } = useQuery(virtualClusters());
  const usable = Object.keys(clusters).filter((name) => clusters[name]?.usable);
  const free = (cluster: VirtualCluster) =>
    Object.entries(cluster.skus)
      .map(([sku, use]) => `${sku}: ${t("cluster.freeOf", { free: use.free, total: use.total })}`)
      .join(" · ");
  const here = clusters[chosen];
  return (
    <NativeSelect
      label={t("submit.job.cluster")}
      value={chosen}
      data={usable.includes(chosen) ? usable : [chosen, ...usable]}
      description={here ? free(here) : undefined}
      error={errorAt(path)}
      onChange={({ currentTarget }) => edit((text) => setIn(text, path, currentTarget.value))}
      data-field={spell(path)}
      inputWrapperOrder={["label", "input", "description", "error"]}
    />
  );
}

/** The virtual cluster that the job goes to. */
export function useCluster(): string {
  const told = at(useSubmission().value, path);
  return told === undefined || told === null || told === "" ? "default" : String(told);
}
