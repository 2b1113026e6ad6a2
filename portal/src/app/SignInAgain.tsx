import { Modal, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { SignInForm } from "../components/SignInForm";

/** Lies over a page whose session ended. What was typed there stays, and goes on to count afterwards. */
export function SignInAgain() {
  const { t } = useTranslation();
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={t("signIn.again.title")}
    >
      <Text mb="md">{t("signIn.again.text")}</Text>
      <SignInForm />
    </Modal>
  );
}
