import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { CopyButton } from "../../../components/CopyButton";
import { download } from "../../../components/download";
import { Loaded } from "../../../components/Loaded";
import { fullName } from "../paths";
import { type JobDetail, jobYaml } from "../queries";

const YamlView = lazy(async () => ({ default: (await import("./YamlView")).YamlView }));

/** The job file as it counts. */
export function ConfigTab({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const query = useQuery(jobYaml(fullName(job)));
  return (
    <Loaded query={query} lines={12}>
      {(yaml) => (
        <Stack gap="sm">
          <Group gap="xs">
            <CopyButton text={yaml}>{t("common.copy")}</CopyButton>
            <Button
              variant="default"
              size="xs"
              leftSection={<Download size={14} aria-hidden />}
              onClick={() => download(`${job.name}.yaml`, yaml, "text/yaml")}
            >
              {t("job.config.download")}
            </Button>
            <Text size="sm" c="dimmed">
              {t("job.config.hint")}
            </Text>
          </Group>
          <Suspense fallback={<Skeleton height={320} />}>
            <YamlView text={yaml} label={t("job.config.title")} />
          </Suspense>
        </Stack>
      )}
    </Loaded>
  );
}
