import { Switch } from "@mantine/core";
import { removeIn, setIn } from "../model/edit";
import { at, type Path, spell } from "../model/path";
import { useSubmission } from "../state/submission";

interface Props {
  path: Path;
  label: string;
  description: string;
  /** What it is where the text says nothing. */
  otherwise: boolean;
}

/** A truth value; where it is what it would be anyway, the text does not say it. */
export function Toggle({ path, label, description, otherwise }: Props) {
  const { value, edit, errorAt } = useSubmission();
  const told = at(value, path);
  return (
    <Switch
      label={label}
      description={description}
      checked={typeof told === "boolean" ? told : otherwise}
      error={errorAt(path)}
      onChange={({ currentTarget: { checked } }) =>
        edit((text) => (checked === otherwise ? removeIn(text, path) : setIn(text, path, checked)))
      }
      data-field={spell(path)}
    />
  );
}
