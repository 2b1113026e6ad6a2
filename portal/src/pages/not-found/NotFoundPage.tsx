import { Anchor, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { Page } from "../../components/Page";

export function NotFoundPage() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  return (
    <Page title={t("common.notFound.title")}>
      <Text>{t("common.notFound.text", { address: pathname })}</Text>
      <Anchor component={Link} to="/">
        {t("shell.page.home")}
      </Anchor>
    </Page>
  );
}
