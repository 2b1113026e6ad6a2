import { Badge, type BadgeProps } from "@mantine/core";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

export interface Look {
  color: string;
  icon: LucideIcon;
}

interface Props extends Pick<BadgeProps, "visibleFrom"> {
  look: Look;
  /** The state's own name, for who reads the page by a program. */
  "data-state"?: string;
  children: ReactNode;
}

/** A state as a word, a sign and a colour, never the colour alone. */
export function LookBadge({ look: { color, icon: Icon }, children, ...rest }: Props) {
  return (
    <Badge
      color={color}
      variant="light"
      tt="none"
      miw="max-content"
      leftSection={<Icon size={13} aria-hidden />}
      {...rest}
    >
      {children}
    </Badge>
  );
}
