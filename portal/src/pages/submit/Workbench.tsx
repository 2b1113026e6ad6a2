import type { EditorView } from "@codemirror/view";
import { Paper, Stack } from "@mantine/core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../../components/Page";
import { Held } from "./form/Held";
import { JobSection } from "./form/JobSection";
import { ParametersSection } from "./form/ParametersSection";
import { RolesSection } from "./form/RolesSection";
import { SecretsSection } from "./form/SecretsSection";
import { SshSection } from "./form/SshSection";
import { StoragesSection } from "./form/StoragesSection";
import { TensorboardSection } from "./form/TensorboardSection";
import { PlanPane } from "./plan/PlanPane";
import { DropFile } from "./start/DropFile";
import { OtherDrafts } from "./start/OtherDrafts";
import { StartMenu } from "./start/StartMenu";
import { StartNote } from "./start/StartNote";
import { DraftKeeper } from "./state/drafts";
import { SubmissionProvider, useSubmission } from "./state/submission";
import { useReveal } from "./state/useReveal";
import classes from "./Workbench.module.css";
import { YamlPane } from "./yaml/YamlPane";

interface Props {
  start: { text: string; cloneOf: string | null };
  /** When the draft was saved that this is, null where it is none. */
  restored: number | null;
  /** The draft that it is from now on, and of what. */
  id: string;
  source: string;
  /** Goes on with another draft. */
  onDraft: (id: string) => void;
  /** Begins a new draft; this one is kept. */
  onAnew: () => void;
}

/** The form and the YAML of one job side by side, and what would become of it. */
export function Workbench({ start, restored, id, source, onDraft, onAnew }: Props) {
  const { t } = useTranslation();
  return (
    <SubmissionProvider start={start} id={id}>
      <DraftKeeper id={id} source={source} start={start.text}>
        <Page title={t("shell.page.submit")} actions={<StartMenu />}>
          <StartNote restored={restored} cloneOf={start.cloneOf} onAnew={onAnew} />
          {restored === null && source === "" && <OtherDrafts own={id} onChoose={onDraft} />}
          <DropFile>
            <Panes />
          </DropFile>
        </Page>
      </DraftKeeper>
    </SubmissionProvider>
  );
}

function Panes() {
  const { held } = useSubmission();
  const view = useRef<EditorView | null>(null);
  useReveal(view);
  return (
    <div className={classes.panes}>
      <div>
        <Held />
        <fieldset className={classes.form} disabled={held}>
          <Stack gap="md">
            <JobSection />
            <RolesSection />
            <Paper withBorder px="md" py="xs">
              <ParametersSection />
              <SecretsSection />
              <StoragesSection />
              <SshSection />
              <TensorboardSection />
            </Paper>
          </Stack>
        </fieldset>
      </div>
      <div className={classes.side}>
        <PlanPane />
        <YamlPane view={view} />
      </div>
    </div>
  );
}
