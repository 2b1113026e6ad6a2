import { Center, Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Stands for a whole page that is being loaded. */
export function Loading() {
  const { t } = useTranslation();
  return (
    <Center mih="100vh">
      <Loader aria-label={t("common.loading")} />
    </Center>
  );
}
