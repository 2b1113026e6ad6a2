import { List } from "@mantine/core";
import { CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import { Words } from "../../../components/Words";

/** The checks that the job passed, in words. */
export function Checks({ verdicts }: { verdicts: Schemas["VerdictReply"][] }) {
  const { t } = useTranslation();
  const passed = verdicts.filter(({ verdict }) => verdict === "pass");
  if (passed.length === 0) return null;
  return (
    <List size="sm" spacing={2} listStyleType="none" aria-label={t("submit.plan.passed")}>
      {passed.map(({ check, message }) => (
        <List.Item
          key={`${check} ${message}`}
          icon={<CircleCheck size={14} color="var(--good)" aria-hidden />}
        >
          <span dir="auto">
            <Words text={message} />
          </span>
        </List.Item>
      ))}
    </List>
  );
}
