import { redo, undo } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import type { EditorView } from "@codemirror/view";
import { ActionIcon, Group, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Redo2, Undo2 } from "lucide-react";
import { type RefObject, useId, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { jobSchema } from "../queries";
import { useSubmission } from "../state/submission";
import { CodeEditor } from "./CodeEditor";
import { completeJob } from "./complete";
import { folding } from "./setup";
import classes from "./YamlPane.module.css";

/** The job file itself. What is changed in the form can be undone here too. */
export function YamlPane({ view }: { view: RefObject<EditorView | null> }) {
  const { t } = useTranslation();
  const { text, setText, value, problems } = useSubmission();
  const { data: schema } = useQuery(jobSchema());
  const id = useId();
  const diagnostics = useMemo(
    () =>
      problems.map(({ from, to, severity, message, fix }) => ({
        ...{ from, to, severity },
        message: fix ? `${message}\n${fix}` : message,
      })),
    [problems],
  );
  const step = (back: boolean) => {
    if (view.current) (back ? undo : redo)(view.current);
  };

  return (
    <section className={classes.pane} aria-labelledby={id}>
      <Group justify="space-between" mb={6} gap="xs">
        <Title order={2} size="h4" id={id}>
          {t("submit.yaml.title")}
        </Title>
        <Group gap={4}>
          <ActionIcon variant="subtle" color="gray" aria-label={t("submit.undo")} onClick={() => step(true)}>
            <Undo2 size={16} aria-hidden />
          </ActionIcon>
          <ActionIcon variant="subtle" color="gray" aria-label={t("submit.redo")} onClick={() => step(false)}>
            <Redo2 size={16} aria-hidden />
          </ActionIcon>
        </Group>
      </Group>
      <CodeEditor
        text={text}
        onChange={setText}
        label={t("submit.yaml.label")}
        extensions={extensions}
        complete={(context) => completeJob(context, value, schema)}
        diagnostics={diagnostics}
        view={view}
      />
      <Text size="xs" c="dimmed" mt={4}>
        {t("submit.yaml.hint")}
      </Text>
    </section>
  );
}

const extensions = [yaml(), folding];
