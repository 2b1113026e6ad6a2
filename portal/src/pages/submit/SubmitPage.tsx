import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useSession } from "../../app/session";
import { Loaded } from "../../components/Loaded";
import { Page } from "../../components/Page";
import { configOf } from "./queries";
import { hello } from "./start/examples";
import { asYaml, renamed } from "./start/files";
import { draftOfTab, draftsOf } from "./state/drafts";
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
  const id = useMemo(() => draftOfTab(source), [source]);
  const draft = useMemo(() => draftsOf(username).find((each) => each.id === id), [username, id]);
  const query = useQuery({
    queryKey: ["submit", "clone", source],
    queryFn: async ({ signal }) => renamed(asYaml(await configOf(source, signal))),
    enabled: source !== "" && draft === undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const fresh = useMemo(() => renamed(hello), []);
  const keep = { id, source };

  if (draft) return <Workbench start={draft} restored={draft.saved} {...keep} />;
  if (source === "") return <Workbench start={{ text: fresh, cloneOf: null }} restored={null} {...keep} />;
  if (query.data !== undefined)
    return <Workbench start={{ text: query.data, cloneOf: source }} restored={null} {...keep} />;
  return (
    <Page title={t("shell.page.submit")}>
      <Loaded query={query} lines={8}>
        {() => null}
      </Loaded>
    </Page>
  );
}
