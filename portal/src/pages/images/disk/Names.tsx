import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** An image by its names, or by the beginning of its id where it has none. */
export function Names({ id, names }: { id: string; names: string[] }) {
  const { t } = useTranslation();
  const short = id.replace("sha256:", "").slice(0, 12);
  if (names.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("images.disk.nameless", { id: short })}
      </Text>
    );
  }
  return names.map((name) => (
    <Text key={name} size="sm" style={{ overflowWrap: "anywhere" }}>
      {name}
    </Text>
  ));
}
