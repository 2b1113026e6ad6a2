import { useTranslation } from "react-i18next";
import type { Credential } from "../api/images";
import { sameRegistry } from "./reference";

/** The saved log-ins that could be used for a registry, best first: the first one counts by itself. */
export function savedFor(all: Credential[], registry: string): Credential[] {
  return registry === "" ? [] : all.filter((each) => each.counts && sameRegistry(each.registry, registry));
}

/** Whose a saved log-in is, in words. */
export function useOwner(): (credential: Credential) => string {
  const { t } = useTranslation();
  return ({ scope, owner }) => t(`images.owner.${scope}`, { owner });
}
