import { Alert } from "@mantine/core";
import { Unplug } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../components/format";
import { useLive } from "../live";

/** Says over the page that it may be out of date, and since when. */
export function NotLiveBar() {
  const { t } = useTranslation();
  const format = useFormat();
  const { since } = useLive();
  return (
    <div role="status">
      {since !== null && (
        <Alert
          color="orange"
          icon={<Unplug size={18} aria-hidden />}
          mb="md"
          title={t("shell.notLive.title")}
        >
          {t("shell.notLive.text", { time: format.clock(since) })}
        </Alert>
      )}
    </div>
  );
}
