import { TextInput } from "@mantine/core";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { removeIn, setIn } from "../model/edit";
import { at, type Path, spell } from "../model/path";
import { typeable, typed } from "../model/typed";
import { useSubmission } from "../state/submission";

interface Props {
  path: Path;
  label: string;
  description?: string;
  placeholder?: string;
  required?: boolean;
  /** Whole numbers: the arrows count, and a phone shows digits. */
  number?: boolean;
  /** Takes numbers and truth values as such; else all is text. */
  loose?: boolean;
  /** Emptied it stays, as an empty text; else its key goes. */
  stays?: boolean;
}

/** A field of the job file, on one line. What it shows is what the text says, right or wrong. */
export function TextField({ path, label, description, placeholder, required, number, loose, stays }: Props) {
  const { t } = useTranslation();
  const { value, edit, errorAt } = useSubmission();
  const shown = typeable(at(value, path));

  const write = (next: string) =>
    edit((text) =>
      next === "" && !stays ? removeIn(text, path) : setIn(text, path, number || loose ? typed(next) : next),
    );
  const count = (event: KeyboardEvent<HTMLInputElement>) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!number || step === undefined || !/^-?\d*$/.test(event.currentTarget.value)) return;
    event.preventDefault();
    write(String(Number(event.currentTarget.value || placeholder || 0) + step));
  };

  return (
    <TextInput
      label={label}
      description={description}
      placeholder={placeholder ?? ""}
      required={required ?? false}
      value={shown ?? t("submit.field.inYaml")}
      readOnly={shown === null}
      error={errorAt(path, shown === null)}
      onChange={(event) => write(event.currentTarget.value)}
      onKeyDown={count}
      inputMode={number ? "numeric" : "text"}
      dir="auto"
      autoComplete="off"
      spellCheck={false}
      data-field={spell(path)}
    />
  );
}
