import { Button, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSession } from "../../../app/session";
import { Failure } from "../../../components/Failure";
import { Loaded } from "../../../components/Loaded";
import { Section } from "../../../components/Section";
import { pulls } from "../queries";
import { PullCard } from "./PullCard";
import classes from "./Pulls.module.css";
import { inOrder } from "./progress";
import { usePull } from "./usePulls";

/** What is being pulled, by whom it is wanted, and how far it is. */
export function Pulls() {
  const { t } = useTranslation();
  const { admin } = useSession();
  const query = useQuery(pulls());
  return (
    <Stack>
      {admin && <PullAny />}
      <Section title={t("images.tab.pulls")}>
        <Loaded query={query} lines={3}>
          {(found) =>
            found.length > 0 ? (
              <ul className={classes.pulls}>
                {inOrder(found).map((pull) => (
                  <PullCard key={pull.image} pull={pull} />
                ))}
              </ul>
            ) : (
              <Text>{t("images.pull.none")}</Text>
            )
          }
        </Loaded>
      </Section>
    </Stack>
  );
}

/** Has any image pulled by its name. */
function PullAny() {
  const { t } = useTranslation();
  const pull = usePull();
  const [image, setImage] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (image.trim()) pull.mutate(image.trim(), { onSuccess: () => setImage("") });
  };
  return (
    <Section title={t("images.pull.any")}>
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <TextInput
            label={t("images.block.uri")}
            description={t("images.pull.hint")}
            value={image}
            onChange={(event) => setImage(event.currentTarget.value)}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            inputContainer={(input) => (
              <div className={classes.row}>
                {input}
                <Button
                  type="submit"
                  leftSection={<Download size={16} aria-hidden />}
                  loading={pull.isPending}
                >
                  {t("images.pull.now")}
                </Button>
              </div>
            )}
          />
          {pull.error && <Failure error={pull.error} />}
        </Stack>
      </form>
    </Section>
  );
}
