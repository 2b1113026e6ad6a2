/** Names of images, read as the server reads them (openpai/images/reference.py). */

const hub = "docker.io";
const hubHosts = new Set([
  hub,
  "index.docker.io",
  "registry-1.docker.io",
  "registry.hub.docker.com",
  "hub.docker.com",
]);

/** The host that an address of a registry means: `docker.io` for `https://index.docker.io/v1/`. "" for "". */
export function registryHost(address: string): string {
  const place = address.trim().toLowerCase();
  const [before, after] = place.split("://", 2);
  const authority = (after ?? before ?? "").replace(/^\/+/, "").split(/[/?]/, 1)[0] ?? "";
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return hubHosts.has(host.split(":", 1)[0] ?? "") ? hub : host;
}

/** Whether two addresses mean one registry: the port of https may be there or not. */
export function sameRegistry(one: string, other: string): boolean {
  const bare = (address: string) => registryHost(address).replace(/:443$/, "");
  return bare(one) === bare(other);
}

/** The registry that an image comes from; "" while there is no name. */
export function registryOf(image: string): string {
  return image.trim() === "" ? "" : registryHost(split(image).registry);
}

/** Whether two names mean one image: `ubuntu` is `docker.io/library/ubuntu:latest`. */
export function sameImage(one: string, other: string): boolean {
  return complete(one) === complete(other);
}

/** Whether a name leaves it to its registry which image it is: by no tag or by `latest`. */
export function isLatest(image: string): boolean {
  return image.trim() !== "" && complete(image).endsWith(":latest");
}

/** The part before the first slash is a registry where it cannot be a user's name. */
function split(image: string): { registry: string; rest: string } {
  const name = image.trim();
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(slash, 0));
  const named = first === "localhost" || first !== first.toLowerCase() || /[.:[]/.test(first);
  return named ? { registry: first, rest: name.slice(slash + 1) } : { registry: hub, rest: name };
}

function complete(image: string): string {
  const { registry, rest } = split(image);
  const host = registryHost(registry);
  const repository = host === hub && !rest.includes("/") ? `library/${rest}` : rest;
  const tagged = repository.includes("@") || repository.includes(":");
  return `${host}/${repository}${tagged ? "" : ":latest"}`;
}
