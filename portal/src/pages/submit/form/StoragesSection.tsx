import { Checkbox, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Loaded } from "../../../components/Loaded";
import { Fold } from "../fields/Fold";
import { TextField } from "../fields/TextField";
import { removeIn, setIn } from "../model/edit";
import { isJson, listAt, type Path } from "../model/path";
import { storages } from "../queries";
import { useSubmission } from "../state/submission";

const path: Path = ["extras", "storages"];

/** The storages that one may mount, and where. */
export function StoragesSection() {
  const { t } = useTranslation();
  const { value } = useSubmission();
  const query = useQuery(storages());
  const wanted = listAt(value, path)
    .filter(isJson)
    .map(({ name }) => String(name));
  return (
    <Fold title={t("submit.storages.title")} summary={wanted.join(", ")} paths={[path]}>
      <Loaded query={query}>
        {(known) => {
          const strange = wanted.filter((name) => !known.some((each) => each.name === name));
          return (
            <Stack gap="sm">
              {known.length + strange.length === 0 && <Text size="sm">{t("submit.storages.none")}</Text>}
              {known.map(({ name, mountPath, readOnly, description, problem }) => (
                <OneStorage
                  key={name}
                  name={name}
                  mountPath={mountPath}
                  about={[description, readOnly ? t("submit.storages.readOnly") : "", problem?.message ?? ""]}
                />
              ))}
              {strange.map((name) => (
                <OneStorage
                  key={name}
                  name={name}
                  mountPath={`/mnt/${name}`}
                  about={[t("submit.storages.strange")]}
                />
              ))}
            </Stack>
          );
        }}
      </Loaded>
    </Fold>
  );
}

function OneStorage({ name, mountPath, about }: { name: string; mountPath: string; about: string[] }) {
  const { t } = useTranslation();
  const { value, edit, errorAt } = useSubmission();
  const list = listAt(value, path);
  const index = list.findIndex((each) => isJson(each) && each.name === name);
  return (
    <div>
      <Checkbox
        label={<bdi>{name}</bdi>}
        description={about.filter((each) => each !== "").join(" · ")}
        checked={index >= 0}
        error={index >= 0 && errorAt([...path, index], true)}
        onChange={() =>
          edit((text) =>
            index >= 0 ? removeIn(text, [...path, index]) : setIn(text, [...path, list.length], { name }),
          )
        }
      />
      {index >= 0 && (
        <TextField
          path={[...path, index, "mountPath"]}
          label={t("submit.storages.mountPath", { name })}
          placeholder={mountPath}
        />
      )}
    </div>
  );
}
