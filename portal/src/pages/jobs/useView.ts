import { useCallback, useMemo } from "react";
import { useLocation, useNavigate } from "react-router";
import { readView, type View, writeView } from "./address";

export type Change = (part: Partial<View>, replace?: boolean) => void;

/** What the address asks for, and how to ask for something else: from its first page on, unless a page is named. */
export function useView(): [View, Change] {
  const { search } = useLocation();
  const navigate = useNavigate();
  const view = useMemo(() => readView(search), [search]);
  const change = useCallback<Change>(
    (part, replace = false) => navigate({ search: writeView({ ...view, page: 1, ...part }) }, { replace }),
    [navigate, view],
  );
  return [view, change];
}
