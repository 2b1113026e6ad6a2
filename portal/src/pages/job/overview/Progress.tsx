import { Progress as Bar, Group, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../../components/format";
import { Moment } from "../../../components/Moment";
import { useNow } from "../../../components/now";
import { percentPulled } from "../../../components/pulls";
import { Section } from "../../../components/Section";
import { type Coming, comingImages, shortName } from "../pulls";
import type { JobDetail } from "../queries";

/** What goes on with it besides running: an image comes, a container is made, it is being ended, the next attempt is due. */
export function Progress({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const images = comingImages(job);
  const { subState, state } = job.jobStatus;
  if (images.length === 0 && subState !== "PREPARING" && subState !== "RETRYING" && state !== "STOPPING")
    return null;
  return (
    <Section title={t("job.progress.title")}>
      <Stack gap="md">
        {images.map((coming) => (
          <ImagePull key={`${coming.pull.image} ${coming.node}`} coming={coming} />
        ))}
        {images.length === 0 && subState === "PREPARING" && state !== "STOPPING" && (
          <Text>{t("job.progress.preparing")}</Text>
        )}
        {subState === "RETRYING" && <Retrying job={job} />}
        {state === "STOPPING" && <Stopping job={job} />}
      </Stack>
    </Section>
  );
}

function ImagePull({ coming: { node, pull, tasks } }: { coming: Coming }) {
  const { t } = useTranslation();
  const format = useFormat();
  const image = shortName(pull.image);
  return (
    <div>
      <Text fw={600} dir="auto">
        {t("job.pull.title", { image, node, count: tasks })}
      </Text>
      <Bar.Root mt={6} size="lg">
        <Bar.Section value={percentPulled(pull) ?? 0} animated aria-label={t("job.pull.bar", { image })} />
      </Bar.Root>
      <Group gap="xs" mt={6} style={{ fontVariantNumeric: "tabular-nums" }}>
        <Text size="sm">
          {pull.totalBytes > 0
            ? t("job.pull.bytes", {
                done: format.bytes(pull.doneBytes),
                total: format.bytes(pull.totalBytes),
              })
            : t("job.pull.sizeUnknown")}
        </Text>
        {pull.layersTotal > 0 && (
          <Text size="sm">· {t("job.pull.layers", { done: pull.layersDone, total: pull.layersTotal })}</Text>
        )}
        {pull.bytesPerSecond > 0 && (
          <Text size="sm">· {t("job.pull.speed", { speed: format.bytes(pull.bytesPerSecond) })}</Text>
        )}
        {pull.remainingSeconds !== null && (
          <Text size="sm">· {t("job.pull.left", { time: format.span(pull.remainingSeconds * 1000) })}</Text>
        )}
      </Group>
    </div>
  );
}

function Retrying({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { appCompletedTime, retryDelayTime, attemptId } = job.jobStatus;
  const now = useNow(1000);
  const left = (appCompletedTime ?? now) + (retryDelayTime ?? 0) * 1000 - now;
  return <Text>{t("job.progress.retrying", { next: attemptId + 1, time: format.span(left) })}</Text>;
}

function Stopping({ job }: { job: JobDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { stoppingTime, killTime } = job.jobStatus;
  return (
    <Text>
      {t("job.progress.stopping")} {stoppingTime !== null && <Moment time={stoppingTime} />}
      {killTime !== null && ` ${t("job.progress.kill", { time: format.clock(killTime) })}`}
    </Text>
  );
}
