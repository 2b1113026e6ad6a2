import { Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Credential } from "../../../api/images";
import { Confirm } from "../../../components/Confirm";
import { useOwner } from "../../../components/credentials";
import { Failure } from "../../../components/Failure";
import { removeCredential } from "../queries";
import { whoseOf, wordOf } from "./whose";

/** Asks before a log-in is forgotten. */
export function RemoveLogin({ credential, onDone }: { credential: Credential; onDone: () => void }) {
  const { t } = useTranslation();
  const owner = useOwner();
  const queries = useQueryClient();
  const { registry, username } = credential;
  const remove = useMutation({
    mutationFn: () => removeCredential(registry, whoseOf(wordOf(credential))),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["credentials"] });
      onDone();
    },
  });
  return (
    <Confirm
      title={t("images.logins.removeTitle")}
      action={t("images.logins.remove")}
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
      onClose={onDone}
    >
      <Text dir="auto">
        {t("images.logins.removeText", { registry, username, owner: owner(credential) })}
      </Text>
      {remove.error && <Failure error={remove.error} />}
    </Confirm>
  );
}
