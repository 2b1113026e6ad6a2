import { Stack, Switch, Textarea } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Fold } from "../fields/Fold";
import { mappingAt, type Path, spell } from "../model/path";
import { parametersOf, pluginAt, plugins, withoutIdle, withParameter } from "../model/plugins";
import { useSubmission } from "../state/submission";

/** SSH into the tasks: of each other, and of people with a key. */
export function SshSection() {
  const { t } = useTranslation();
  const { value, edit, errorAt } = useSubmission();
  const { jobssh, sshbarrier, userssh } = parametersOf(value, "ssh");
  const keys = mappingAt({ userssh }, ["userssh"]).value;
  const at: Path = [...(pluginAt(value, "ssh") ?? [...plugins, "ssh"]), "parameters"];
  const put = (inner: Path, next: unknown) =>
    edit((text) => withoutIdle(withParameter(text, "ssh", inner, next), "ssh"));

  const setKeys = (next: string) =>
    edit((text) => {
      if (next === "") return withoutIdle(withParameter(text, "ssh", ["userssh"], undefined), "ssh");
      return withParameter(
        withParameter(text, "ssh", ["userssh", "type"], "custom"),
        "ssh",
        ["userssh", "value"],
        next,
      );
    });

  const summary = [jobssh ? t("submit.ssh.jobSummary") : "", keys ? t("submit.ssh.userSummary") : ""];
  return (
    <Fold title="SSH" summary={summary.filter((each) => each !== "").join(", ")} paths={[at]}>
      <Stack gap="sm">
        <Switch
          label={t("submit.ssh.job")}
          description={t("submit.ssh.jobHint", { example: "ssh worker-0" })}
          checked={Boolean(jobssh)}
          onChange={({ currentTarget }) => put(["jobssh"], currentTarget.checked || undefined)}
          data-field={spell([...at, "jobssh"])}
        />
        {Boolean(jobssh) && (
          <Switch
            label={t("submit.ssh.barrier")}
            description={t("submit.ssh.barrierHint")}
            checked={Boolean(sshbarrier)}
            onChange={({ currentTarget }) => put(["sshbarrier"], currentTarget.checked || undefined)}
            data-field={spell([...at, "sshbarrier"])}
          />
        )}
        <Textarea
          label={t("submit.ssh.keys")}
          description={t("submit.ssh.keysHint")}
          placeholder="ssh-ed25519 AAAA…"
          autosize
          minRows={2}
          maxRows={8}
          value={typeof keys === "string" ? keys : ""}
          error={errorAt([...at, "userssh"], true)}
          onChange={({ currentTarget }) => setKeys(currentTarget.value)}
          spellCheck={false}
          data-field={spell([...at, "userssh", "value"])}
        />
      </Stack>
    </Fold>
  );
}
