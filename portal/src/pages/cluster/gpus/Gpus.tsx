import { Alert, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Loaded } from "../../../components/Loaded";
import { Section } from "../../../components/Section";
import { SkuUse } from "../../../components/SkuUse";
import { Legend } from "../cells/Legend";
import { NodeFilter, useNodeFilter } from "../NodeFilter";
import { type Node, nodes } from "../queries";
import { countByModel, gpuKinds } from "./count";
import { GpuTable } from "./GpuTable";

/** Every GPU of every machine, and who has it. */
export function Gpus() {
  const query = useQuery(nodes());
  return (
    <Loaded query={query} lines={8}>
      {(all) => <Machines all={all} />}
    </Loaded>
  );
}

function Machines({ all }: { all: Node[] }) {
  const { t } = useTranslation();
  const withGpus = all.filter(({ gpus }) => gpus.length > 0);
  const filter = useNodeFilter(withGpus);
  if (withGpus.length === 0) return <NoGpus />;
  return (
    <Stack>
      {withGpus.some(({ described }) => described) && (
        <Alert
          color="orange"
          icon={<FlaskConical size={18} aria-hidden />}
          title={t("cluster.gpu.described")}
        >
          {t("cluster.gpu.describedText")}
        </Alert>
      )}
      <Section title={t("cluster.gpu.all")}>
        <Stack gap="sm">
          {[...countByModel(withGpus)].map(([model, use]) => (
            <SkuUse key={model} sku={model || "?"} use={use} />
          ))}
          <Legend of={gpuKinds} />
        </Stack>
      </Section>
      <NodeFilter filter={filter} />
      {filter.shown.map((node) => (
        <GpuTable key={node.name} node={node} />
      ))}
    </Stack>
  );
}

/** Says what to do where no machine has a GPU, or none that is seen. */
function NoGpus() {
  const { t } = useTranslation();
  return (
    <Section title={t("cluster.gpu.none")}>
      <Stack gap="xs">
        <Text>{t("cluster.gpu.noneText")}</Text>
        <Text>{t("cluster.gpu.noneDoctor")}</Text>
        <Text>{t("cluster.gpu.noneDescribed")}</Text>
      </Stack>
    </Section>
  );
}
