import { useTranslation } from "react-i18next";
import { Page } from "../../components/Page";

export function SubmitPage() {
  const { t } = useTranslation();
  return <Page title={t("shell.page.submit")}>{null}</Page>;
}
