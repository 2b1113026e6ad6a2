import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { KeyRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { CheckResult, useImageCheck } from "../../../components/ImageCheck";
import { AuthForm } from "./AuthForm";
import type { ImageChoice } from "./ImageBlock";
import { TestButton } from "./TestButton";

interface Props {
  value: ImageChoice;
  onChange: (next: ImageChoice) => void;
  error: string | undefined;
}

const example = "registry.example.com/team/train:1.2";

/** What the log-in can mend; the server's remedies speak of the job's file, which the form writes. */
const aboutTheLogin = new Set(["ImageNeedsAuth", "ImageAuthFailed", "ImageForbidden", "ImageTokenExpired"]);

/** Any image by its name, its log-in, and a look at whether it can be had. */
export function CustomImage({ value, onChange, error }: Props) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const ask = { image: value.uri.trim(), ...value.auth };
  const check = useImageCheck(ask);
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-start">
        <TextInput
          aria-label={t("images.block.uri")}
          placeholder={example}
          value={value.uri}
          onChange={(event) => onChange({ ...value, uri: event.currentTarget.value })}
          error={error}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          flex="1 1 16rem"
        />
        <Button variant="default" leftSection={<KeyRound size={16} aria-hidden />} onClick={open}>
          {t("images.block.auth")}
        </Button>
        <TestButton check={check} ask={ask} />
      </Group>
      <CheckResult check={check} />
      {check.report?.verdicts.some(({ code }) => aboutTheLogin.has(code)) && (
        <Text size="sm">{t("images.block.behindAuth")}</Text>
      )}
      <Modal
        opened={opened}
        onClose={close}
        size="lg"
        title={t("images.auth.title")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <AuthForm
          value={value}
          onDone={(auth) => {
            check.forget();
            onChange({ ...value, auth });
            close();
          }}
          onCancel={close}
        />
      </Modal>
    </Stack>
  );
}
