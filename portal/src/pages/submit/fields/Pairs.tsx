import { useTranslation } from "react-i18next";
import { removeIn, renameIn, setIn } from "../model/edit";
import { freeName } from "../model/name";
import { mappingAt, type Path, spell } from "../model/path";
import { useSubmission } from "../state/submission";
import { NameField } from "./NameField";
import { Rows } from "./Rows";
import { TextField } from "./TextField";

interface Props {
  path: Path;
  /** What a name may be. */
  pattern: RegExp;
  /** What a new row is called, and says. */
  fresh: [name: string, value: unknown];
  labels: { name: string; value: string; add: string };
  number?: boolean;
  /** Gives what is at a path another name, and whatever else goes by it. */
  rename?: (text: string, path: Path, next: string) => string;
}

/** A mapping of names to values, a row each. */
export function Pairs({ path, pattern, fresh, labels, number = false, rename = renameIn }: Props) {
  const { t } = useTranslation();
  const { value, edit } = useSubmission();
  const names = Object.keys(mappingAt(value, path));

  const wrong = (next: string) => {
    if (!pattern.test(next)) return t("submit.wrong.name");
    return names.includes(next) ? t("submit.wrong.twice") : undefined;
  };

  return (
    <Rows
      rows={names.map((name, index) => ({
        key: String(index),
        removeLabel: t("submit.remove", { name }),
        onRemove: () => edit((text) => removeIn(text, [...path, name])),
        content: (
          <>
            <NameField
              name={name}
              label={labels.name}
              wrong={wrong}
              onRename={(next) => edit((text) => rename(text, [...path, name], next))}
              field={`${spell([...path, name])} name`}
            />
            <TextField path={[...path, name]} label={labels.value} number={number} loose stays />
          </>
        ),
      }))}
      addLabel={labels.add}
      onAdd={() => edit((text) => setIn(text, [...path, freeName(fresh[0], names)], fresh[1]))}
    />
  );
}
