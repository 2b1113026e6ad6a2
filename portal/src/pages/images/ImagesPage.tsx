import { Tabs } from "@mantine/core";
import { Download, HardDrive, KeyRound, Library, Microscope } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import { Page } from "../../components/Page";
import { CheckAny } from "./CheckAny";
import { Catalogue } from "./catalogue/Catalogue";
import { OnDisk } from "./disk/OnDisk";
import classes from "./ImagesPage.module.css";
import { Logins } from "./logins/Logins";
import { Pulls } from "./pulls/Pulls";
import { useFreshImages } from "./pulls/usePulls";

const tabs = [
  { name: "catalogue", icon: Library, Panel: Catalogue },
  { name: "disk", icon: HardDrive, Panel: OnDisk },
  { name: "pulls", icon: Download, Panel: Pulls },
  { name: "logins", icon: KeyRound, Panel: Logins },
  { name: "check", icon: Microscope, Panel: CheckAny },
] as const;

/** Which images there are, which lie here, which are coming, and what any other one would be like. */
export function ImagesPage() {
  const { t } = useTranslation();
  const { tab } = useParams();
  useFreshImages();
  const navigate = useNavigate();
  const open = tabs.find(({ name }) => name === tab) ?? tabs[0];
  return (
    <Page title={t("shell.page.images")}>
      <Tabs
        value={open.name}
        onChange={(name) => navigate(name === "catalogue" ? "/images" : `/images/${name}`)}
        keepMounted={false}
      >
        <Tabs.List mb="md" className={classes.tabs}>
          {tabs.map(({ name, icon: Icon }) => (
            <Tabs.Tab key={name} value={name} leftSection={<Icon size={16} aria-hidden />}>
              {t(`images.tab.${name}`)}
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
