import { useFormat } from "./format";
import { useNow } from "./now";

/** How long something took, or has taken until now. */
export function Span({ from, to }: { from: number | null; to: number | null }) {
  const format = useFormat();
  const now = useNow(to === null && from !== null ? 1000 : null);
  return from === null ? "–" : format.span((to ?? now) - from);
}
