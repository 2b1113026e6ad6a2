/** The address of a job's page, or of a part of it (`logs`, `events`, …). */
export function jobPath(username: string, name: string, tab = ""): string {
  return fullJobPath(`${username}~${name}`, tab);
}

/** The same of a job that is named as a whole, `user~job`. */
export function fullJobPath(job: string, tab = ""): string {
  return `/jobs/${encodeURIComponent(job)}${tab && `/${tab}`}`;
}
