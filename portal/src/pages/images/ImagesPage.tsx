import { Download, HardDrive, KeyRound, Library, Microscope } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { Page } from "../../components/Page";
import { PageTabs } from "../../components/PageTabs";
import { CheckAny } from "./CheckAny";
import { Catalogue } from "./catalogue/Catalogue";
import { OnDisk } from "./disk/OnDisk";
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
  const parts = tabs.map(({ name, icon, Panel }) => ({
    name,
    label: t(`images.tab.${name}`),
    icon,
    panel: <Panel />,
  }));
  return (
    <Page title={t("shell.page.images")}>
      <PageTabs base="/images" open={tab} tabs={parts} />
    </Page>
  );
}
