import { Group, Input, Stack, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type CatalogueImage, images } from "../../../api/images";
import { Failure } from "../../../components/Failure";
import { OnMachine, Reasons, RunsHere, useNeeds } from "../../../components/ImageStanding";
import { isLatest } from "../../../components/reference";
import { Words } from "../../../components/Words";
import { CatalogueSelect } from "./CatalogueSelect";
import { CustomImage } from "./CustomImage";
import { bestFirst, findImage } from "./catalogue";
import { LoginNote } from "./LoginNote";

export interface ImageChoice {
  uri: string;
  /** The log-in of the job. With an empty `password` it is a saved one, found by its user name. null: what counts by itself. */
  auth: { username: string; password: string; registryuri: string } | null;
}

interface Props {
  value: ImageChoice;
  onChange: (next: ImageChoice) => void;
  error?: string;
  /** Whether the tasks ask for GPUs. */
  gpu: boolean;
}

/** The image of a task role: one of the catalogue, or with `Custom` any other, with a log-in behind `Auth`. */
export function ImageBlock({ value, onChange, error, gpu }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const query = useQuery(images());
  const catalogue = query.data?.catalogue ?? [];
  const known = findImage(catalogue, value.uri);
  const [wanted, setWanted] = useState(false);
  const custom =
    wanted || value.auth !== null || (query.isFetched && value.uri !== "" && known === undefined);
  const before = useRef<ImageChoice | null>(null); // what stood on the other side of the switch

  const turn = (on: boolean) => {
    const back = before.current;
    before.current = value;
    setWanted(on);
    if (on) onChange(back ?? value);
    else if (back && back.auth === null && findImage(catalogue, back.uri)) onChange(back);
    else onChange({ uri: (known ?? bestFirst(catalogue, gpu)[0])?.image ?? "", auth: null });
  };

  // What is typed may be a name of the catalogue on the way to another: Custom stays on.
  const change = (next: ImageChoice) => {
    setWanted(true);
    onChange(next);
  };

  return (
    <Stack gap="xs" role="group" aria-labelledby={id}>
      <Group justify="space-between" gap="xs">
        <Input.Label id={id} labelElement="div" required>
          {t("images.block.title")}
        </Input.Label>
        <Switch
          label={t("images.block.custom")}
          checked={custom}
          onChange={(event) => turn(event.currentTarget.checked)}
        />
      </Group>
      <CatalogueSelect
        catalogue={catalogue}
        uri={value.uri}
        gpu={gpu}
        disabled={custom}
        error={custom ? undefined : error}
        onChoose={(uri) => onChange({ uri, auth: null })}
      />
      {query.error && query.data === undefined && (
        <Failure error={query.error} retry={() => query.refetch()} />
      )}
      {custom ? (
        <CustomImage value={value} onChange={change} error={error} />
      ) : (
        known && <Chosen image={known} />
      )}
      {known?.kind === "cpu" && gpu && <Text size="sm">{t("images.block.noCuda")}</Text>}
      {custom && isLatest(value.uri) && (
        <Text size="sm" c="dimmed">
          <Words text={t("images.block.latest")} />
        </Text>
      )}
      <LoginNote value={value} onRemove={() => onChange({ ...value, auth: null })} />
    </Stack>
  );
}

function Chosen({ image }: { image: CatalogueImage }) {
  const needs = useNeeds();
  return (
    <Stack gap={6}>
      <Group gap={6}>
        <RunsHere image={image} />
        <OnMachine image={image} />
        <Text size="sm">{needs(image)}</Text>
        <Text size="sm" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
          {image.image}
        </Text>
      </Group>
      <Reasons image={image} />
    </Stack>
  );
}
