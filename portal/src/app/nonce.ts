/** The number of this reply: a style that a program adds counts only with it (see openpai/server/portal.py). */
export function nonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
}
