import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Draft } from "../model/images";
import { type Parsed, parseJob } from "../model/parse";
import { isJson, type Json, type Path } from "../model/path";
import { concerns, type Problem } from "../model/problems";
import { outgoing, type Vault } from "../model/secrets";
import type { Plan, Request } from "../queries";
import { useJudged } from "./judged";
import { keepVault, vaultOf } from "./vaults";

/** A job that is being written. Its text is the one truth; the form reads it and changes it. */
export interface Submission {
  text: string;
  parsed: Parsed;
  /** What the text says, or said when it last could be read. */
  value: Json;
  /** The text cannot be read: the form waits. */
  held: boolean;
  vault: Vault;
  cloneOf: string | null;
  newImages: boolean;
  request: Request;
  problems: Problem[];
  plan: Judged["plan"];
  setText: (text: string) => void;
  edit: (change: (text: string) => string) => void;
  editDraft: (change: (draft: Draft) => Draft) => void;
  setNewImages: (wanted: boolean) => void;
  setSecret: (name: string, secret: string) => void;
  /** The first thing that is wrong with this field, or with `deep` with what is in it. */
  errorAt: (path: Path, deep?: boolean) => string | undefined;
  /** Bring what stands at `path` in front of the reader. */
  reveal: (problem: Problem) => void;
  revealed: { problem: Problem; count: number } | null;
}

export interface Judged {
  problems: Problem[];
  plan: { data: Plan | null; fresh: boolean; error: Error | null; retry: () => void };
}

const Context = createContext<Submission | null>(null);

interface Props {
  start: { text: string; cloneOf: string | null };
  /** The draft that it is. */
  id: string;
  children: ReactNode;
}

export function SubmissionProvider({ start, id, children }: Props) {
  const [draft, setDraft] = useState<Draft>(() => ({ text: start.text, vault: vaultOf(id) }));
  const [revealed, setRevealed] = useState<Submission["revealed"]>(null);
  const [newImages, setNewImages] = useState(false);
  const { text, vault } = draft;
  const { cloneOf } = start;
  const parsed = useMemo(() => parseJob(text), [text]);
  const value = useLastGood(parsed);
  const request = useMemo(
    () => ({ config: text, secrets: outgoing(parsed.value, vault), cloneOf, newImages }),
    [text, parsed, vault, cloneOf, newImages],
  );
  const { problems, plan } = useJudged(parsed, request);

  useEffect(() => keepVault(id, vault), [id, vault]);

  const editDraft = useCallback((change: (draft: Draft) => Draft) => {
    setDraft((before) => (parseJob(before.text).broken ? before : change(before)));
  }, []);
  const edit = useCallback(
    (change: (text: string) => string) => editDraft(({ text, vault }) => ({ text: change(text), vault })),
    [editDraft],
  );
  const setText = useCallback((text: string) => setDraft(({ vault }) => ({ text, vault })), []);
  const setSecret = useCallback(
    (name: string, secret: string) =>
      setDraft(({ text, vault }) => ({ text, vault: { ...vault, [name]: secret } })),
    [],
  );
  const reveal = useCallback(
    (problem: Problem) => setRevealed((before) => ({ problem, count: (before?.count ?? 0) + 1 })),
    [],
  );
  const errorAt = useCallback(
    (path: Path, deep = false) =>
      problems
        .find((each) => each.severity === "error" && concerns(each, path, deep))
        ?.message.replaceAll("`", ""),
    [problems],
  );

  const held = useLasting(parsed.broken !== null);
  const state = { text, parsed, value, held, vault, cloneOf, newImages, request, problems, plan, revealed };
  const submission = { ...state, setText, edit, editDraft, setSecret, setNewImages, errorAt, reveal };
  return <Context value={submission}>{children}</Context>;
}

export function useSubmission(): Submission {
  const submission = useContext(Context);
  if (submission === null) throw new Error("no SubmissionProvider above");
  return submission;
}

const patience = 1000; // ms that a text may be broken before the form says so: every new key begins so

/** Whether something has been so for a while. */
function useLasting(so: boolean): boolean {
  const [lasts, setLasts] = useState(so);
  useEffect(() => {
    const timer = setTimeout(() => setLasts(so), so ? patience : 0);
    return () => clearTimeout(timer);
  }, [so]);
  return lasts && so;
}

function useLastGood(parsed: Parsed): Json {
  const good = useRef<Json>({});
  if (parsed.broken === null && isJson(parsed.value)) good.current = parsed.value;
  return good.current;
}
