import { useTranslation } from "react-i18next";
import { Page } from "../../components/Page";

export function JobPage() {
  const { t } = useTranslation();
  return <Page title={t("shell.page.jobs")}>{null}</Page>;
}
