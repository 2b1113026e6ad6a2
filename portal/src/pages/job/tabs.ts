import { CalendarClock, FileCode2, Gauge, ListTree, type LucideIcon, ScrollText } from "lucide-react";
import type { ComponentType } from "react";
import { ConfigTab } from "./config/ConfigTab";
import { EventsTab } from "./events/EventsTab";
import { LogsTab } from "./logs/LogsTab";
import { OverviewTab } from "./overview/OverviewTab";
import type { JobDetail } from "./queries";
import { TasksTab } from "./tasks/TasksTab";

type TabName = "overview" | "tasks" | "logs" | "events" | "config";

interface Tab {
  name: TabName;
  icon: LucideIcon;
  Panel: ComponentType<{ job: JobDetail }>;
}

/** The parts of a job's page; each name is the end of its address. */
export const tabs: Tab[] = [
  { name: "overview", icon: Gauge, Panel: OverviewTab },
  { name: "tasks", icon: ListTree, Panel: TasksTab },
  { name: "logs", icon: ScrollText, Panel: LogsTab },
  { name: "events", icon: CalendarClock, Panel: EventsTab },
  { name: "config", icon: FileCode2, Panel: ConfigTab },
];
