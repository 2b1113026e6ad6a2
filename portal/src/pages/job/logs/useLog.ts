import { useEffect, useMemo, useSyncExternalStore } from "react";
import { LogDocument } from "./document";
import type { LogName } from "./names";

/** The lines of these logs, followed as long as they are shown; draws anew when they change. */
export function useLog(job: string, logs: LogName[]): LogDocument {
  const document = useMemo(() => new LogDocument(job, logs), [job, logs]);
  useEffect(() => document.open(), [document]);
  useSyncExternalStore(document.subscribe, () => document.version);
  return document;
}
