import { ActionIcon, Group, Menu, Tooltip } from "@mantine/core";
import { Download, ListOrdered, WrapText } from "lucide-react";
import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { fileLink } from "./download";
import { type LogName, taskLabel } from "./names";

interface Props {
  job: string;
  logs: LogName[];
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  numbers: boolean;
  onNumbers: (numbers: boolean) => void;
}

/** How lines are shown, and the way to have them as a file. */
export const Tools = memo(function Tools({ job, logs, wrap, onWrap, numbers, onNumbers }: Props) {
  const { t } = useTranslation();
  return (
    <Group gap={4} wrap="nowrap">
      <Toggle label={t("logs.wrap")} on={wrap} onChange={onWrap}>
        <WrapText size={16} aria-hidden />
      </Toggle>
      <Toggle label={t("logs.numbers")} on={numbers} onChange={onNumbers}>
        <ListOrdered size={16} aria-hidden />
      </Toggle>
      <DownloadButton job={job} logs={logs} />
    </Group>
  );
});

function Toggle(props: { label: string; on: boolean; onChange: (on: boolean) => void; children: ReactNode }) {
  const { label, on, onChange, children } = props;
  return (
    <Tooltip label={label}>
      <ActionIcon
        size={30}
        variant={on ? "light" : "default"}
        aria-label={label}
        aria-pressed={on}
        onClick={() => onChange(!on)}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

function DownloadButton({ job, logs }: { job: string; logs: LogName[] }) {
  const { t } = useTranslation();
  const icon = <Download size={16} aria-hidden />;
  const [only, ...others] = logs;
  if (only && others.length === 0) {
    const { href, name } = fileLink(job, only);
    return (
      <Tooltip label={t("logs.download")}>
        <ActionIcon
          component="a"
          href={href}
          download={name}
          size={30}
          variant="default"
          aria-label={t("logs.download")}
        >
          {icon}
        </ActionIcon>
      </Tooltip>
    );
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size={30} variant="default" aria-label={t("logs.download")}>
          {icon}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {logs.map((log) => {
          const { href, name } = fileLink(job, log);
          return (
            <Menu.Item key={name} component="a" href={href} download={name}>
              {taskLabel(log)}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
