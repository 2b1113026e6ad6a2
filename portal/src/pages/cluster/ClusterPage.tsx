import { Tabs } from "@mantine/core";
import { Cpu, Network, Server } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { Page } from "../../components/Page";
import classes from "./ClusterPage.module.css";
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
  const navigate = useNavigate();
  const open = tabs.find(({ name }) => name === tab) ?? tabs[0];
  return (
    <Page title={t("shell.page.cluster")}>
      <Tabs value={open.name} onChange={(name) => navigate(`/cluster/${name}`)} keepMounted={false}>
        <Tabs.List mb="md">
          {tabs.map(({ name, icon: Icon }) => (
            <Tabs.Tab
              key={name}
              value={name}
              className={classes.tab}
              leftSection={<Icon size={16} aria-hidden />}
            >
              {t(`cluster.tab.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ name, Panel }) => (
          <Tabs.Panel key={name} value={name}>
            <Panel />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  );
}
