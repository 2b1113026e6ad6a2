import { ActionIcon, Menu, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import { Download, EllipsisVertical, Link2, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { copyText } from "../../../components/clipboard";
import { download } from "../../../components/download";
import { showFailure } from "../../../components/Failure";
import { jobPath } from "../../../components/paths";
import { fullName } from "../paths";
import { type JobDetail, jobYaml } from "../queries";

interface Props {
  job: JobDetail;
  /** Why it cannot be deleted now; null: it can. */
  hindrance: string | null;
  onDelete: () => void;
}

/** What is done with a job less often. */
export function MoreMenu({ job, hindrance, onDelete }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();

  const copyLink = async () => {
    const address = location.origin + jobPath(job.jobStatus.username, job.name);
    const copied = await copyText(address);
    notifications.show({ message: copied ? t("job.action.linkCopied") : address });
  };
  const exportYaml = async () => {
    try {
      download(`${job.name}.yaml`, await queries.fetchQuery(jobYaml(fullName(job))), "text/yaml");
    } catch (error) {
      showFailure(error as Error);
    }
  };

  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label={t("job.action.more")}>
          <EllipsisVertical size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Link2 size={16} aria-hidden />} onClick={copyLink}>
          {t("job.action.copyLink")}
        </Menu.Item>
        <Menu.Item leftSection={<Download size={16} aria-hidden />} onClick={exportYaml}>
          {t("job.action.export")}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          leftSection={<Trash2 size={16} aria-hidden />}
          closeMenuOnClick={hindrance === null}
          style={{ color: `var(--mantine-color-${hindrance === null ? "error" : "dimmed"})` }}
          aria-disabled={hindrance !== null}
          onClick={hindrance === null ? onDelete : undefined}
        >
          {t("job.action.delete")}
          {hindrance !== null && (
            <Text size="xs" c="dimmed">
              {hindrance}
            </Text>
          )}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
