import type { CatalogueImage } from "../../../api/images";

type Reason = CatalogueImage["reasons"][number];

const few = 3;

/** What speaks against every one of several images, as when their registry cannot be reached: to be said once. */
export function sharedReasons(found: CatalogueImage[]): Reason[] {
  const [first, ...others] = found;
  if (first === undefined || found.length < few) return [];
  return first.reasons.filter(({ code }) =>
    others.every((image) => image.reasons.some((reason) => reason.code === code)),
  );
}
