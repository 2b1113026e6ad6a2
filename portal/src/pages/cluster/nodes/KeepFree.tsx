import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { showFailure } from "../../../components/Failure";
import { markNode, type Node, type NodeWish } from "../queries";
import { KeepFreeDialog } from "./KeepFreeDialog";

/** For an administrator: keeps a machine free, after a question, or lets it take jobs again. */
export function KeepFree({ node }: { node: Node }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const mark = useMutation({
    mutationFn: (wish: NodeWish) => markNode(node.name, wish),
    onSuccess: async (message) => {
      setAsking(false);
      notifications.show({ message });
      await queries.invalidateQueries({ queryKey: ["cluster"] });
    },
    onError: (error) => !asking && showFailure(error),
  });
  return (
    <Button.Group>
      {node.mark !== null && (
        <Button
          variant="default"
          size="compact-sm"
          loading={mark.isPending && !asking}
          aria-label={t("cluster.keep.readyOf", { name: node.name })}
          onClick={() => mark.mutate({ value: "ready", wait: false })}
        >
          {t("cluster.keep.ready")}
        </Button>
      )}
      {node.state !== "unlisted" && (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={
            node.mark === null
              ? t("cluster.keep.askOf", { name: node.name })
              : t("cluster.keep.changeOf", { name: node.name })
          }
          onClick={() => {
            mark.reset();
            setAsking(true);
          }}
        >
          {node.mark === null ? t("cluster.keep.ask") : t("cluster.keep.change")}
        </Button>
      )}
      {asking && (
        <KeepFreeDialog
          node={node}
          busy={mark.isPending}
          error={mark.error}
          onConfirm={mark.mutate}
          onClose={() => setAsking(false)}
        />
      )}
    </Button.Group>
  );
}
