import { Tabs } from "@mantine/core";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import classes from "./PageTabs.module.css";

export interface PageTab {
  name: string;
  label: string;
  icon: LucideIcon;
  panel: ReactNode;
}

/** The parts of a page. Its address is `base` for the first of them, and ends with the name for the others. */
export function PageTabs({ base, open, tabs }: { base: string; open: string | undefined; tabs: PageTab[] }) {
  const navigate = useNavigate();
  const first = tabs[0]?.name ?? null;
  const value = tabs.some(({ name }) => name === open) ? open : first;
  return (
    <Tabs
      value={value ?? null}
      onChange={(name) => navigate(name === first ? base : `${base}/${name}`)}
      keepMounted={false}
    >
      <Tabs.List mb="md" className={classes.tabs}>
        {tabs.map(({ name, label, icon: Icon }) => (
          <Tabs.Tab key={name} value={name} leftSection={<Icon size={16} aria-hidden />}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(({ name, panel }) => (
        <Tabs.Panel key={name} value={name}>
          {panel}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
