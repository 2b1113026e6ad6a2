import { TextInput } from "@mantine/core";
import { useEffect, useState } from "react";

interface Props {
  name: string;
  label: string;
  /** Why a name cannot be taken, undefined where it can. */
  wrong: (name: string) => string | undefined;
  onRename: (name: string) => void;
  field?: string;
  /** What is wrong with the one that it has. */
  error?: string | undefined;
}

/** A name that other parts of the text go by: it changes when it is typed to the end and can be taken. */
export function NameField({ name, label, wrong, onRename, field, error }: Props) {
  const [typed, setTyped] = useState(name);
  useEffect(() => setTyped(name), [name]);
  const mistake = typed === name ? undefined : wrong(typed);

  const finish = () => {
    if (typed !== name && mistake === undefined) onRename(typed);
  };

  return (
    <TextInput
      label={label}
      value={typed}
      error={mistake ?? error}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === "Enter") finish();
        if (event.key === "Escape") setTyped(name);
      }}
      dir="auto"
      autoComplete="off"
      spellCheck={false}
      data-field={field}
    />
  );
}
