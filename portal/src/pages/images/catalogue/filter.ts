import type { CatalogueImage } from "../../../api/images";
import { describe, isMeant } from "../../../components/imageWords";

/** What is asked of the catalogue, as it stands in the page's address. */
export interface Filter {
  words: string;
  kind: "all" | "gpu" | "cpu";
  /** Only what a job can use here. */
  runs: boolean;
}

export function filterOf(search: URLSearchParams): Filter {
  const kind = search.get("kind");
  return {
    words: search.get("q") ?? "",
    kind: kind === "gpu" || kind === "cpu" ? kind : "all",
    runs: search.has("runs"),
  };
}

export function addressOf({ words, kind, runs }: Filter): Record<string, string> {
  return {
    ...(words ? { q: words } : {}),
    ...(kind === "all" ? {} : { kind }),
    ...(runs ? { runs: "" } : {}),
  };
}

export function passes(image: CatalogueImage, { words, kind, runs }: Filter): boolean {
  return (kind === "all" || image.kind === kind) && (!runs || image.runs) && isMeant(describe(image), words);
}
