import { Stack, Text } from "@mantine/core";
import { CircleCheck, CircleX, Cloud, Hammer, HardDrive, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { CatalogueImage } from "../api/images";
import { useFormat } from "./format";
import { LookBadge } from "./LookBadge";
import { Words } from "./Words";

/** Whether a job can use an image here. */
export function RunsHere({ image }: { image: CatalogueImage }) {
  const { t } = useTranslation();
  if (!image.runs) return <LookBadge look={{ color: "red", icon: CircleX }}>{t("images.runs.no")}</LookBadge>;
  if (image.reasons.length > 0)
    return <LookBadge look={{ color: "yellow", icon: TriangleAlert }}>{t("images.runs.but")}</LookBadge>;
  return <LookBadge look={{ color: "green", icon: CircleCheck }}>{t("images.runs.yes")}</LookBadge>;
}

/** Whether it is on the machine already, and how large it is. */
export function OnMachine({ image }: { image: CatalogueImage }) {
  const { t } = useTranslation();
  const format = useFormat();
  const size = image.sizeBytes === null ? "" : format.bytes(image.sizeBytes);
  if (image.onThisMachine)
    return <LookBadge look={{ color: "blue", icon: HardDrive }}>{t("images.here.yes", { size })}</LookBadge>;
  if (image.recipe === null)
    return <LookBadge look={{ color: "gray", icon: Cloud }}>{t("images.here.no")}</LookBadge>;
  return <LookBadge look={{ color: "gray", icon: Hammer }}>{t("images.here.build")}</LookBadge>;
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
