const key = "openpai.reloaded";
const soon = 10_000; // ms

/** A part of the program could not be fetched: the server is of a newer version, or the network changed just then, as it
does for a browser on a machine that starts a container. The page is loaded anew, once: what does not help is not
repeated, and `ErrorPage` stands there. */
export function reloadOnce() {
  const last = Number(sessionStorage.getItem(key));
  if (Date.now() - last < soon) return;
  sessionStorage.setItem(key, String(Date.now()));
  location.reload();
}
