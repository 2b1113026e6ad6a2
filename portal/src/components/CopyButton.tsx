import { Button, type ButtonProps } from "@mantine/core";
import { Check, Copy, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { copyText } from "./clipboard";

interface Props extends ButtonProps {
  text: string;
  /** What it says: "Copy", "Copy the command". */
  children: string;
}

/** Copies a text, and says for a moment whether that went well. */
export function CopyButton({ text, children, ...props }: Props) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState<boolean | null>(null);
  useEffect(() => {
    if (copied === null) return;
    const timer = setTimeout(() => setCopied(null), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const Icon = copied === null ? Copy : copied ? Check : X;
  return (
    <Button
      variant="default"
      size="xs"
      {...props}
      leftSection={<Icon size={14} aria-hidden />}
      onClick={async () => setCopied(await copyText(text))}
    >
      <span aria-live="polite">
        {copied === null ? children : copied ? t("common.copied") : t("common.notCopied")}
      </span>
    </Button>
  );
}
