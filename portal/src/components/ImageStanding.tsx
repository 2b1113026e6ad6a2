import { Badge, Stack, Text } from "@mantine/core";
import { CircleCheck, CircleX, Cloud, Hammer, HardDrive, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { CatalogueImage } from "../api/images";
import { useFormat } from "./format";
import { Words } from "./Words";

/** Whether a job can use an image here. */
export function RunsHere({ image }: { image: CatalogueImage }) {
  const { t } = useTranslation();
  if (!image.runs) {
    return (
      <Badge color="red" variant="light" tt="none" leftSection={<CircleX size={13} aria-hidden />}>
        {t("images.runs.no")}
      </Badge>
    );
  }
  const but = image.reasons.length > 0;
  const Icon = but ? TriangleAlert : CircleCheck;
  return (
    <Badge
      color={but ? "yellow" : "green"}
      variant="light"
      tt="none"
      leftSection={<Icon size={13} aria-hidden />}
    >
      {but ? t("images.runs.but") : t("images.runs.yes")}
    </Badge>
  );
}

/** Whether it is on the machine already, and how large it is. */
export function OnMachine({ image }: { image: CatalogueImage }) {
  const { t } = useTranslation();
  const format = useFormat();
  const Icon = image.onThisMachine ? HardDrive : image.recipe === null ? Cloud : Hammer;
  const absent = image.recipe === null ? t("images.here.no") : t("images.here.build");
  const size = image.sizeBytes === null ? "" : format.bytes(image.sizeBytes);
  return (
    <Badge
      color={image.onThisMachine ? "blue" : "gray"}
      variant="light"
      tt="none"
      leftSection={<Icon size={13} aria-hidden />}
    >
      {image.onThisMachine ? t("images.here.yes", { size }) : absent}
    </Badge>
  );
}

/** What an image needs of a machine: Python is within it, CUDA wants a driver. */
export function useNeeds(): (image: CatalogueImage) => string {
  const { t } = useTranslation();
  return ({ python, cuda, minDriver }) =>
    [
      python && `Python ${python}`,
      cuda ? `CUDA ${cuda}` : t("images.cpu"),
      minDriver && t("images.driver", { version: minDriver }),
    ]
      .filter(Boolean)
      .join(" · ");
}

/** Why an image does not run here, or what speaks against it, with what to do; `told`: what is said elsewhere already. */
export function Reasons({ image, told = [] }: { image: CatalogueImage; told?: string[] }) {
  const reasons = image.reasons.filter(({ code }) => !told.includes(code));
  if (reasons.length === 0 && image.notes.length === 0) return null;
  return (
    <Stack gap={4}>
      {reasons.map(({ code, message, fix }) => (
        <Text key={code} size="sm" dir="auto">
          <Words text={message} />{" "}
          {fix && (
            <Text span size="sm" c="dimmed">
              <Words text={fix} />
            </Text>
          )}
        </Text>
      ))}
      {image.notes.map((note) => (
        <Text key={note} size="sm" c="dimmed" dir="auto">
          <Words text={note} />
        </Text>
      ))}
    </Stack>
  );
}
