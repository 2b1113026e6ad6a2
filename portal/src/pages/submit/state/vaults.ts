import type { Vault } from "../model/secrets";

/** What was typed as secrets, by draft. It stays while this page of the browser does, and is written nowhere. */
const vaults = new Map<string, Vault>();

export function vaultOf(draft: string): Vault {
  return vaults.get(draft) ?? {};
}

export function keepVault(draft: string, vault: Vault) {
  vaults.set(draft, vault);
}

export function dropVault(draft: string) {
  vaults.delete(draft);
}
