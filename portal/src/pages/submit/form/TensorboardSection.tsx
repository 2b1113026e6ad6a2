import { Stack, Switch } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Fold } from "../fields/Fold";
import { Pairs } from "../fields/Pairs";
import { TextField } from "../fields/TextField";
import type { Path } from "../model/path";
import { pluginAt, plugins, withoutPlugin, withParameter } from "../model/plugins";
import { useSubmission } from "../state/submission";
import { keyName } from "./ParametersSection";

/** A TensorBoard beside the first task. */
export function TensorboardSection() {
  const { t } = useTranslation();
  const { value, edit } = useSubmission();
  const found = pluginAt(value, "tensorboard");
  const at: Path = [...(found ?? [...plugins, "tensorboard"]), "parameters"];
  return (
    <Fold title="TensorBoard" summary={found ? t("submit.tensorboard.on") : ""} paths={[at]}>
      <Stack gap="sm">
        <Switch
          label={t("submit.tensorboard.use")}
          description={t("submit.tensorboard.hint")}
          checked={found !== null}
          onChange={({ currentTarget: { checked } }) =>
            edit((text) =>
              checked
                ? withParameter(text, "tensorboard", ["logdir"], { logs: "/mnt/tensorboard" })
                : withoutPlugin(text, "tensorboard"),
            )
          }
        />
        {found && (
          <>
            <Pairs
              path={[...at, "logdir"]}
              pattern={keyName}
              fresh={["logs", "/mnt/tensorboard"]}
              labels={{
                name: t("submit.tensorboard.name"),
                value: t("submit.tensorboard.folder"),
                add: t("submit.tensorboard.add"),
              }}
            />
            <TextField
              path={[...at, "port"]}
              label={t("submit.tensorboard.port")}
              placeholder="6006"
              number
            />
          </>
        )}
      </Stack>
    </Fold>
  );
}
