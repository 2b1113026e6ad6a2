import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Fold } from "../fields/Fold";
import { Pairs } from "../fields/Pairs";
import { mappingAt, type Path } from "../model/path";
import { renameValue } from "../model/secrets";
import { useSubmission } from "../state/submission";

const path: Path = ["parameters"];
export const keyName = /^[^\s.[\]<>%]+$/;

/** Values for commands. */
export function ParametersSection() {
  const { t } = useTranslation();
  const { value } = useSubmission();
  const names = Object.keys(mappingAt(value, path));
  return (
    <Fold title={t("submit.parameters.title")} summary={names.join(", ")} paths={[path]}>
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          {t("submit.parameters.hint", { example: "<% $parameters.lr %>" })}
        </Text>
        <Pairs
          path={path}
          pattern={keyName}
          rename={(text, at, next) => renameValue(text, "parameters", String(at.at(-1)), next)}
          fresh={["parameter", ""]}
          labels={{
            name: t("submit.parameters.name"),
            value: t("submit.parameters.value"),
            add: t("submit.parameters.add"),
          }}
        />
      </Stack>
    </Fold>
  );
}
