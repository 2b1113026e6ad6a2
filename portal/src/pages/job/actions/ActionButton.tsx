import { Button, Tooltip, VisuallyHidden } from "@mantine/core";
import type { LucideIcon } from "lucide-react";
import { useId } from "react";
import classes from "./Actions.module.css";

interface Props {
  label: string;
  icon: LucideIcon;
  color?: string;
  /** Why it cannot be done now; null: it can. */
  hindrance: string | null;
  onClick: () => void;
}

/** A button that, where it can do nothing, still takes the focus and says why. */
export function ActionButton({ label, icon: Icon, color, hindrance, onClick }: Props) {
  const reason = useId();
  const off = hindrance !== null;
  return (
    <>
      <Tooltip label={hindrance} disabled={!off} events={{ hover: true, focus: true, touch: true }}>
        <Button
          className={classes.action}
          variant="default"
          {...(color === undefined || off ? {} : { color, variant: "light" })}
          leftSection={<Icon size={16} aria-hidden />}
          {...(off ? { "data-disabled": true } : {})}
          aria-disabled={off}
          aria-describedby={off ? reason : undefined}
          onClick={off ? (event) => event.preventDefault() : onClick}
        >
          {label}
        </Button>
      </Tooltip>
      {off && <VisuallyHidden id={reason}>{hindrance}</VisuallyHidden>}
    </>
  );
}
