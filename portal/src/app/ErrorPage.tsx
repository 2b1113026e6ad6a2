import { Button, Center, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** Stands for a page that could not be loaded or drawn: the server is of a newer version or down, or we made a mistake. */
export function ErrorPage() {
  const { t } = useTranslation();
  return (
    <Center mih="60vh" p="md">
      <Stack align="center" maw={480}>
        <Title order={1} size="h3">
          {t("common.broken.title")}
        </Title>
        <Text ta="center">{t("common.broken.text")}</Text>
        <Button onClick={() => location.reload()}>{t("common.reload")}</Button>
      </Stack>
    </Center>
  );
}
