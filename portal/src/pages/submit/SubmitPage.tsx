import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { configOf } from "../../api/jobs";
import { useSession } from "../../app/session";
import { Loaded } from "../../components/Loaded";
import { Page } from "../../components/Page";
import { hello } from "./start/examples";
import { asYaml, renamed } from "./start/files";
import { draftOfTab, draftsOf, leaveDraftOfTab, takeDraft } from "./state/drafts";
import { Workbench } from "./Workbench";

/** A new job, a clone of another, or the one that was being written here before the page was loaded again. */
export function SubmitPage() {
  const [search] = useSearchParams();
  const source = search.get("clone") ?? "";
  return <Source key={source} source={source} />;
}

function Source({ source }: { source: string }) {
  const { t } = useTranslation();
  const { username } = useSession();
  const [id, setId] = useState(() => draftOfTab(source));
  const draft = useMemo(() => draftsOf(username).find((each) => each.id === id), [username, id]);
  const query = useQuery({
    queryKey: ["submit", "clone", source],
    queryFn: async ({ signal }) => renamed(asYaml(await configOf(source, signal))),
    enabled: source !== "" && draft === undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const fresh = useMemo(() => ({ id, text: renamed(hello) }), [id]).text;
  const onDraft = (chosen: string) => {
    takeDraft(source, chosen);
    setId(chosen);
  };
  const onAnew = () => {
    leaveDraftOfTab(source);
    setId(draftOfTab(source));
  };
  const keep = { id, source, onDraft, onAnew };

  const start = draft ?? startOf(source === "" ? fresh : query.data, source);
  if (start) return <Workbench {...keep} key={id} start={start} restored={draft?.saved ?? null} />;
  return (
    <Page title={t("shell.page.submit")}>
      <Loaded query={query} lines={8}>
        {() => null}
      </Loaded>
    </Page>
  );
}

function startOf(text: string | undefined, source: string) {
  return text === undefined ? null : { text, cloneOf: source || null };
}
