import { NativeSelect } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { removeIn, setIn } from "../model/edit";
import { at, spell } from "../model/path";
import { useSubmission } from "../state/submission";

const path = ["extras", "hivedScheduler", "jobPriorityClass"];
const classes = ["crit", "prod", "test", "oppo"] as const;

/** How urgent the job is. A number, which only YAML can set, is shown as it is. */
export function PriorityField() {
  const { t } = useTranslation();
  const { value, edit, errorAt } = useSubmission();
  const told = at(value, path);
  const known = classes.some((each) => each === told);
  return (
    <NativeSelect
      label={t("submit.job.priority")}
      description={t("submit.job.priorityHint")}
      value={told === undefined || told === null ? "" : String(told)}
      data={[
        { value: "", label: t("submit.job.priorityDefault") },
        ...classes.map((each) => ({ value: each, label: t(`submit.priority.${each}`) })),
        ...(told === undefined || told === null || known
          ? []
          : [{ value: String(told), label: String(told) }]),
      ]}
      error={errorAt(path)}
      onChange={({ currentTarget }) =>
        edit((text) =>
          currentTarget.value === "" ? removeIn(text, path) : setIn(text, path, currentTarget.value),
        )
      }
      data-field={spell(path)}
    />
  );
}
