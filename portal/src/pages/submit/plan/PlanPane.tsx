import { Button, Group, Loader, Paper, Stack, Text, Title } from "@mantine/core";
import { CircleCheck, CircleX, Clock, Play } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../../api/client";
import { Failure } from "../../../components/Failure";
import { WhyItWaits } from "../../job/overview/WaitingCard";
import { useSubmission } from "../state/submission";
import { Checks } from "./Checks";
import { Placement } from "./Placement";
import classes from "./PlanPane.module.css";
import { ProblemList } from "./ProblemList";
import { useSubmit } from "./useSubmit";

/** What would become of the job, before it is submitted; and the button that submits it. */
export function PlanPane() {
  const { t } = useTranslation();
  const { problems, plan } = useSubmission();
  const { submit, busy, error, retry } = useSubmit();
  const id = useId();
  const found = plan.data && "found" in plan.data ? plan.data.found : null;
  return (
    <Paper component="section" aria-labelledby={id} withBorder p="sm" className={classes.pane}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Title order={2} size="h4" id={id}>
          {t("submit.plan.title")}
        </Title>
        <Button leftSection={<Play size={16} aria-hidden />} loading={busy} onClick={submit}>
          {t("submit.submit")}
        </Button>
      </Group>
      {error && <Failure error={error} retry={retry} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and who has no mouse must be able to */}
      <div className={classes.body} tabIndex={0} aria-busy={!plan.fresh}>
        <Stack gap="sm">
          <Group gap="xs" role="status" wrap="nowrap">
            <Verdict found={found} />
          </Group>
          {plan.error && <Failure error={plan.error} retry={plan.retry} />}
          <ProblemList problems={problems} />
          {found?.explanation && <WhyItWaits reasons={found.waits} now={found.explanation} />}
          {found?.placement && <Placement placed={found.placement} />}
          {found && <Checks verdicts={found.verdicts} />}
        </Stack>
      </div>
    </Paper>
  );
}

/** The whole in a line. */
function Verdict({ found }: { found: Schemas["DryRun"] | null }) {
  const { t } = useTranslation();
  const { problems, plan } = useSubmission();
  const errors = problems.filter(({ severity, stale }) => severity === "error" && !stale).length;
  if (errors > 0)
    return (
      <>
        <CircleX size={18} color="var(--bad)" aria-hidden />
        <Text fw={600}>{t("submit.plan.wrong", { count: errors })}</Text>
      </>
    );
  if (plan.error) return null;
  if (!plan.fresh || !found)
    return (
      <>
        <Loader size={16} aria-hidden />
        <Text>{t("submit.plan.asking")}</Text>
      </>
    );
  if (found.explanation?.reason)
    return (
      <>
        <Clock size={18} aria-hidden />
        <Text fw={600}>{t("submit.plan.waits")}</Text>
      </>
    );
  return (
    <>
      <CircleCheck size={18} color="var(--good)" aria-hidden />
      <Text fw={600}>{t("submit.plan.starts")}</Text>
    </>
  );
}
