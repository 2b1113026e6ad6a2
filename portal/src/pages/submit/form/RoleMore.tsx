import { Fieldset, SimpleGrid, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Pairs } from "../fields/Pairs";
import { TextField } from "../fields/TextField";
import { Toggle } from "../fields/Toggle";
import { at, type Path } from "../model/path";
import { roleName } from "../model/roles";
import { useSubmission } from "../state/submission";

/** What few roles need: ports, retries, when the role decides the job, shared memory. */
export function RoleMore({ role }: { role: string }) {
  const { t } = useTranslation();
  const { value } = useSubmission();
  const path: Path = ["taskRoles", role];
  const oneByOne = at(value, ["extras", "gangAllocation"]) === false;
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextField
          path={[...path, "completion", "minFailedInstances"]}
          label={t("submit.role.minFailed")}
          description={t("submit.role.minFailedHint")}
          placeholder="1"
          number
        />
        <TextField
          path={[...path, "completion", "minSucceededInstances"]}
          label={t("submit.role.minSucceeded")}
          description={t("submit.role.minSucceededHint")}
          placeholder={String(at(value, [...path, "instances"]) ?? 1)}
          number
        />
        <TextField
          path={[...path, "taskRetryCount"]}
          label={t("submit.role.retries")}
          description={oneByOne ? t("submit.role.retriesHint") : t("submit.role.retriesNoEffect")}
          placeholder="0"
          number
        />
        <TextField
          path={[...path, "extraContainerOptions", "shmMB"]}
          label={t("submit.role.shm")}
          description={t("submit.role.shmHint")}
          placeholder="512"
          number
        />
      </SimpleGrid>
      <Toggle
        path={[...path, "extraContainerOptions", "infiniband"]}
        label="InfiniBand"
        description={t("submit.role.infinibandHint")}
        otherwise={false}
      />
      <Fieldset legend={t("submit.role.ports")}>
        <Pairs
          path={[...path, "resourcePerInstance", "ports"]}
          pattern={roleName}
          fresh={["http", 1]}
          labels={{
            name: t("submit.role.port"),
            value: t("submit.role.portCount"),
            add: t("submit.role.addPort"),
          }}
          number
        />
      </Fieldset>
    </Stack>
  );
}
