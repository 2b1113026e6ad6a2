const suffix = /_[0-9a-f]{8}$/;

/** A name that no job has yet: the old one, with an ending of its own in place of the one that it had from here. */
export function freshName(base: string): string {
  const random = crypto.getRandomValues(new Uint8Array(4)); // randomUUID is only there over HTTPS
  const ending = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${base.replace(suffix, "").slice(0, 240) || "job"}_${ending}`;
}

export const jobName = /^[a-zA-Z0-9_-]{1,255}$/;

/** The name, or where it is taken the first free one with a number. */
export function freeName(base: string, taken: string[]): string {
  if (!taken.includes(base)) return base;
  let number = 2;
  while (taken.includes(`${base}_${number}`)) number += 1;
  return `${base}_${number}`;
}
