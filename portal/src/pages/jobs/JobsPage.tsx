import { useTranslation } from "react-i18next";
import { Page } from "../../components/Page";

export function JobsPage() {
  const { t } = useTranslation();
  return <Page title={t("shell.page.jobs")}>{null}</Page>;
}
