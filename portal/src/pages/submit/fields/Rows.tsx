import { ActionIcon, Button, Group, Stack } from "@mantine/core";
import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import classes from "./Rows.module.css";

interface Props {
  rows: { key: string; content: ReactNode; removeLabel: string; onRemove: () => void }[];
  addLabel: string;
  onAdd: () => void;
}

/** Rows that can be added and taken away. */
export function Rows({ rows, addLabel, onAdd }: Props) {
  return (
    <Stack gap="xs" align="stretch">
      {rows.map(({ key, content, removeLabel, onRemove }) => (
        <div key={key} className={classes.row}>
          <div className={classes.content}>{content}</div>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            className={classes.remove}
            aria-label={removeLabel}
            onClick={onRemove}
          >
            <X size={16} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Group>
        <Button variant="light" size="xs" leftSection={<Plus size={14} aria-hidden />} onClick={onAdd}>
          {addLabel}
        </Button>
      </Group>
    </Stack>
  );
}
