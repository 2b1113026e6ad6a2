import { Cpu, Network, Server } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { Page } from "../../components/Page";
import { PageTabs } from "../../components/PageTabs";
import { Gpus } from "./gpus/Gpus";
import { Nodes } from "./nodes/Nodes";
import { VirtualClusters } from "./VirtualClusters";

const tabs = [
  { name: "virtual-clusters", icon: Network, Panel: VirtualClusters },
  { name: "nodes", icon: Server, Panel: Nodes },
  { name: "gpus", icon: Cpu, Panel: Gpus },
] as const;

/** What there is, who is promised it, and who has it. */
export function ClusterPage() {
  const { t } = useTranslation();
  const { tab } = useParams();
  const parts = tabs.map(({ name, icon, Panel }) => ({
    name,
    label: t(`cluster.tab.${name}`),
    icon,
    panel: <Panel />,
  }));
  return (
    <Page title={t("shell.page.cluster")}>
      <PageTabs base="/cluster" open={tab} tabs={parts} />
    </Page>
  );
}
