import { CircleCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import { Words } from "../../../components/Words";
import classes from "./Signed.module.css";

/** The checks that the job passed, in words. */
export function Checks({ verdicts }: { verdicts: Schemas["VerdictReply"][] }) {
  const { t } = useTranslation();
  const passed = verdicts.filter(({ verdict }) => verdict === "pass");
  if (passed.length === 0) return null;
  return (
    <ul className={classes.list} aria-label={t("submit.plan.passed")}>
      {passed.map(({ check, message }) => (
        <li key={`${check} ${message}`} className={classes.item}>
          <CircleCheck size={14} color="var(--good)" aria-hidden />
          <span dir="auto">
            <Words text={message} />
          </span>
        </li>
      ))}
    </ul>
  );
}
