import { ActionIcon, Group, Menu } from "@mantine/core";
import { Check, type LucideIcon } from "lucide-react";

export interface Choice {
  value: string;
  label: string;
  icon?: LucideIcon;
  /** The language of the label, where it is not the reader's. */
  lang?: string;
}

interface Props {
  label: string;
  icon: LucideIcon;
  choices: Choice[];
  value: string;
  onChoose: (value: string) => void;
}

/** One of several, behind a sign. */
export function ChoiceMenu({ label, icon: Icon, choices, value, onChoose }: Props) {
  return (
    <Menu position="bottom-end" checkIcon={<Check size={16} aria-hidden />}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label}>
          <Icon size={19} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={value} onChange={onChoose} aria-label={label}>
          {choices.map(({ value: each, label: words, icon: Sign, lang }) => (
            <Menu.RadioItem key={each} value={each} lang={lang} closeMenuOnClick>
              <Group gap="xs" wrap="nowrap">
                {Sign && <Sign size={16} aria-hidden />}
                {words}
              </Group>
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  );
}
