import { Radio, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Confirm } from "../../../components/Confirm";
import { Failure } from "../../../components/Failure";
import type { Node, NodeWish } from "../queries";
import { NodeJobs } from "./NodeJobs";

const wishes = {
  cordon: { value: "cordon", wait: false },
  wait: { value: "drain", wait: true },
  drain: { value: "drain", wait: false },
} satisfies Record<string, NodeWish>;

type Choice = keyof typeof wishes;
const choices = Object.keys(wishes) as Choice[];

interface Props {
  node: Node;
  busy: boolean;
  error: Error | null;
  onConfirm: (wish: NodeWish) => void;
  onClose: () => void;
}

/** Asks how a machine is to be kept free, and names whom that ends. */
export function KeepFreeDialog({ node, busy, error, onConfirm, onClose }: Props) {
  const { t } = useTranslation();
  const [choice, setChoice] = useState<Choice>("cordon");
  const ended = choice === "drain" ? node.jobs : [];
  return (
    <Confirm
      title={t("cluster.keep.title", { name: node.name })}
      action={
        ended.length > 0 ? t("cluster.keep.end", { count: ended.length }) : t(`cluster.keep.do.${choice}`)
      }
      busy={busy}
      danger={ended.length > 0}
      onConfirm={() => onConfirm(wishes[choice])}
      onClose={onClose}
    >
      <Radio.Group
        label={t("cluster.keep.how")}
        value={choice}
        onChange={(value) => setChoice(choices.find((each) => each === value) ?? choice)}
      >
        <Stack gap="xs" mt="xs">
          {choices.map((each) => (
            <Radio
              key={each}
              value={each}
              label={t(`cluster.keep.do.${each}`)}
              description={t(`cluster.keep.text.${each}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      <div role="status">
        {ended.length > 0 ? (
          <Stack gap="xs">
            <Text size="sm" fw={600}>
              {t("cluster.keep.ended", { count: ended.length })}
            </Text>
            <NodeJobs jobs={ended} />
          </Stack>
        ) : (
          <Text size="sm">{t("cluster.keep.nobody")}</Text>
        )}
      </div>
      {error && <Failure error={error} />}
    </Confirm>
  );
}
