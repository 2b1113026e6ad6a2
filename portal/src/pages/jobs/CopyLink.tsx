import { Button } from "@mantine/core";
import { Check, Link2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { copyText } from "../../components/copy";

/** Copies the address of what is shown, for somebody else. */
export function CopyLink() {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setCopied(false), copied ? 2000 : 0);
    return () => clearTimeout(timer);
  }, [copied]);
  const Icon = copied ? Check : Link2;
  return (
    <Button
      variant="default"
      leftSection={<Icon size={16} aria-hidden />}
      onClick={async () => setCopied(await copyText(location.href))}
    >
      <span aria-live="polite">{copied ? t("jobs.copied") : t("jobs.copy")}</span>
    </Button>
  );
}
