import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { CheckRequest } from "../../../api/images";
import { type Check, CheckButton } from "../../../components/ImageCheck";
import { isHidden } from "./login";

/** Tries the log-in, where its password is known here. */
export function TestButton({ check, ask }: { check: Check; ask: CheckRequest }) {
  const { t } = useTranslation();
  if (isHidden(ask)) {
    return (
      <Text size="sm" c="dimmed" flex="1 1 12rem">
        {t("images.auth.hidden")}
      </Text>
    );
  }
  return <CheckButton check={check} label={t("images.check.test")} image={ask.image} />;
}
