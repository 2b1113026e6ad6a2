import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Refusal } from "../../../api/errors";
import { useSessionState } from "../../../app/session";
import { jobPath } from "../../../components/paths";
import { submit as handIn, type Request } from "../queries";
import { useDraftEnd } from "../state/drafts";
import { useSubmission } from "../state/submission";

/** Submits the job once, however often it is asked: after a lost reply, or a session that ended, it goes on with the same key. */
export function useSubmit() {
  const { request, problems, reveal } = useSubmission();
  const { ended } = useSessionState();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const endDraft = useDraftEnd();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const key = useRef<{ request: Request; key: string } | null>(null);
  const [resumes, setResumes] = useState(false);

  const send = useCallback(async () => {
    if (key.current?.request !== request) key.current = { request, key: newKey() };
    setBusy(true);
    setError(null);
    try {
      const { name } = await handIn(request, key.current.key);
      endDraft();
      await queries.invalidateQueries({ queryKey: ["jobs"] });
      const [username = "", ...rest] = name.split("~");
      navigate(jobPath(username, rest.join("~")));
    } catch (refused) {
      if (refused instanceof Refusal && refused.status === 401) setResumes(true);
      else setError(refused as Error);
    } finally {
      setBusy(false);
    }
  }, [request, endDraft, queries, navigate]);

  // Who signed in again meant to submit.
  useEffect(() => {
    if (!resumes || ended) return;
    setResumes(false);
    send();
  }, [resumes, ended, send]);

  const submit = useCallback(() => {
    const wrong = problems.find(({ severity, stale }) => severity === "error" && !stale);
    if (wrong) reveal(wrong);
    else send();
  }, [problems, reveal, send]);

  return { submit, busy, error, retry: send };
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}
