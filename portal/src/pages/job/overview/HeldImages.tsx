import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Section } from "../../../components/Section";
import type { JobDetail } from "../queries";
import classes from "./HeldImages.module.css";

/** Its images as the file names them, and to which bytes the job is held. */
export function HeldImages({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  return (
    <Section title={t("job.images.title", { count: job.images.length })}>
      <Stack gap="sm">
        {job.images.map(({ image, digest, id }) => (
          <div key={image}>
            <Text fw={600} className={classes.name}>
              {image}
            </Text>
            <Text size="sm">
              {digest ? t("job.images.digest") : id ? t("job.images.id") : t("job.images.open")}
            </Text>
            {(digest ?? id) && <Text className={classes.digest}>{digest ?? id}</Text>}
          </div>
        ))}
      </Stack>
    </Section>
  );
}
