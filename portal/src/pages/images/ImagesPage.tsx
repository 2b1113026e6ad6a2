import { useTranslation } from "react-i18next";
import { Page } from "../../components/Page";

export function ImagesPage() {
  const { t } = useTranslation();
  return <Page title={t("shell.page.images")}>{null}</Page>;
}
