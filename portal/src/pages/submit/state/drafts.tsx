import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef } from "react";
import { useSession } from "../../../app/session";
import { masked } from "../model/secrets";
import { useSubmission } from "./submission";
import { dropVault } from "./vaults";

/** A job that was not submitted yet, without its secrets. */
export interface SavedDraft {
  id: string;
  text: string;
  cloneOf: string | null;
  saved: number;
}

const prefix = "openpai.draft.";
const most = 10;
const pause = 500; // ms

/** The drafts of a user on this computer, the newest first. */
export function draftsOf(username: string): SavedDraft[] {
  const begin = `${prefix}${username}.`;
  const found = Object.keys(localStorage)
    .filter((key) => key.startsWith(begin))
    .map((key) => read(key, key.slice(begin.length)));
  return found.filter((draft) => draft !== null).sort((a, b) => b.saved - a.saved);
}

export function saveDraft(username: string, draft: SavedDraft) {
  const { id, ...rest } = draft;
  try {
    localStorage.setItem(`${prefix}${username}.${id}`, JSON.stringify(rest));
    for (const old of draftsOf(username).slice(most)) dropDraft(username, old.id);
  } catch {
    // the browser keeps nothing, or has no room: then nothing survives a reload
  }
}

export function dropDraft(username: string, id: string) {
  localStorage.removeItem(`${prefix}${username}.${id}`);
}

/** The draft of this tab for a clone or a new job: a reload goes on with it, another tab has its own. */
export function draftOfTab(source: string): string {
  const key = `${prefix}${source}`;
  const known = sessionStorage.getItem(key);
  if (known !== null) return known;
  const id = Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join("");
  sessionStorage.setItem(key, id);
  return id;
}

/** This tab goes on with that draft. */
export function takeDraft(source: string, id: string) {
  sessionStorage.setItem(`${prefix}${source}`, id);
}

export function leaveDraftOfTab(source: string) {
  sessionStorage.removeItem(`${prefix}${source}`);
}

const Context = createContext<() => void>(() => undefined);

/** Saves what is written, a moment after each change and when the page is left. */
export function DraftKeeper({
  id,
  source,
  start,
  children,
}: {
  id: string;
  source: string;
  start: string;
  children: ReactNode;
}) {
  const { username } = useSession();
  const { text, cloneOf } = useSubmission();
  const over = useRef(false);
  const latest = useRef({ text, cloneOf });
  latest.current = { text, cloneOf };

  const save = useCallback(() => {
    const { text, cloneOf } = latest.current;
    if (!over.current && text !== start)
      saveDraft(username, { id, text: masked(text), cloneOf, saved: Date.now() });
  }, [username, id, start]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: after each change of the text
  useEffect(() => {
    const timer = setTimeout(save, pause);
    return () => clearTimeout(timer);
  }, [text, save]);

  useEffect(() => {
    addEventListener("pagehide", save);
    return () => {
      removeEventListener("pagehide", save);
      save();
    };
  }, [save]);

  const end = useCallback(() => {
    over.current = true;
    dropDraft(username, id);
    dropVault(id);
    leaveDraftOfTab(source);
  }, [username, id, source]);
  return <Context value={end}>{children}</Context>;
}

/** To be called when the job is submitted: there is no draft of it any more. */
export function useDraftEnd(): () => void {
  return useContext(Context);
}

function read(key: string, id: string): SavedDraft | null {
  try {
    const { text, cloneOf, saved } = JSON.parse(localStorage.getItem(key) ?? "");
    return typeof text === "string" ? { id, text, cloneOf: cloneOf ?? null, saved: Number(saved) } : null;
  } catch {
    return null;
  }
}
