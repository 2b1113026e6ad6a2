import { Button, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CopyPlus, OctagonX, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { setExecution } from "../../../api/jobs";
import { useSession } from "../../../app/session";
import { Confirm } from "../../../components/Confirm";
import { Failure } from "../../../components/Failure";
import { fullName } from "../paths";
import { deleteJob, type JobDetail, keys } from "../queries";
import { ActionButton } from "./ActionButton";
import classes from "./Actions.module.css";
import { allowed, type Hindrance } from "./allowed";
import { MoreMenu } from "./MoreMenu";

type Asked = "stop" | "runAgain" | "remove";

/** What a person can do with the job; what cannot be taken back, after a question. */
export function Actions({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const session = useSession();
  const name = fullName(job);
  const [asked, setAsked] = useState<Asked | null>(null);
  const act = useAct(name, () => setAsked(null));
  const may = allowed(job, session);
  const why = (hindrance: Hindrance) => hindrance && t(`job.hindrance.${hindrance}`);
  const ask = (what: Asked) => {
    act.reset();
    setAsked(what);
  };
  return (
    <>
      <ActionButton
        label={t("job.action.stop")}
        icon={OctagonX}
        color="red"
        hindrance={why(may.stop)}
        onClick={() => ask("stop")}
      />
      <ActionButton
        label={t("job.action.runAgain")}
        icon={RotateCcw}
        hindrance={why(may.runAgain)}
        onClick={() => ask("runAgain")}
      />
      <Button
        className={classes.action}
        variant="default"
        component={Link}
        to={`/submit?clone=${encodeURIComponent(name)}`}
        leftSection={<CopyPlus size={16} aria-hidden />}
      >
        {t("job.action.clone")}
      </Button>
      <MoreMenu job={job} hindrance={why(may.remove)} onDelete={() => ask("remove")} />
      {asked && (
        <Confirm
          title={t(`job.confirm.${asked}.title`, { name: job.name })}
          action={t(`job.confirm.${asked}.action`)}
          danger={asked !== "runAgain"}
          busy={act.isPending}
          onConfirm={() => act.mutate(asked)}
          onClose={() => setAsked(null)}
        >
          <Stack gap="sm">
            <Text>{t(`job.confirm.${asked}.text`)}</Text>
            {act.error && <Failure error={act.error} />}
          </Stack>
        </Confirm>
      )}
    </>
  );
}

function useAct(name: string, done: () => void) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async (what: Asked) => {
      if (what === "remove") await deleteJob(name);
      else await setExecution(name, what === "stop" ? "STOP" : "START");
    },
    onSuccess: async (_, what) => {
      done();
      if (what === "remove") {
        await navigate(`/jobs?username=${encodeURIComponent(name.split("~")[0] ?? "")}`);
        queries.removeQueries({ queryKey: keys.job(name) });
      } else await queries.invalidateQueries({ queryKey: keys.job(name) });
      queries.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
}
