import { useTranslation } from "react-i18next";
import { Page } from "../../components/Page";

export function ClusterPage() {
  const { t } = useTranslation();
  return <Page title={t("shell.page.cluster")}>{null}</Page>;
}
