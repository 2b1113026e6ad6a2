import { useCallback, useEffect, useMemo } from "react";
import { useLocation, useNavigate, useNavigationType } from "react-router";
import { readView, type View, writeView } from "./address";

export type Change = (part: Partial<View>, replace?: boolean) => void;

/** What the address asks for, and how to ask for something else: from its first page on, unless a page is named. */
export function useView(): [View, Change] {
  const { search } = useLocation();
  const navigate = useNavigate();
  const step = useNavigationType();
  const view = useMemo(() => readView(search), [search]);
  const change = useCallback<Change>(
    (part, replace = false) => navigate({ search: writeView({ ...view, page: 1, ...part }) }, { replace }),
    [navigate, view],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its top; the back button goes to where one was
  useEffect(() => {
    if (step === "PUSH") window.scrollTo(0, 0);
  }, [search]);
  return [view, change];
}
