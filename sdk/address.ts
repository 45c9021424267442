const LOOPBACK = /^(?:localhost|.+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * The address of a project's functions. A credential is sent in clear text to nobody but this
 * machine: another address than https throws, unless `allowInsecure` says that the way is safe.
 */
export function functionsUrl(project: string | URL, allowInsecure = false): URL {
  const url = new URL(project);
  if (url.username !== "" || url.password !== "" || url.search !== "") {
    throw new TypeError("The project's address holds credentials or a query");
  }
  const isSafe = url.protocol === "https:" ||
    (url.protocol === "http:" && (allowInsecure || LOOPBACK.test(url.hostname)));
  if (!isSafe) throw new TypeError(`${url.origin} is not reached by https`);
  const way = url.pathname.replace(/\/+$/, "");
  // Where an address is put together from text, `//` begins the name of another host.
  if (way.includes("//")) throw new TypeError("The project's address has an empty segment");
  url.pathname = `${way}/functions/v1`;
  url.hash = "";
  return url;
}

/** The address of a route: what stands for a name can reach no other route than this one. */
export function addressOf(
  base: URL,
  path: string,
  params: Record<string, unknown> = {},
  query: Record<string, unknown> = {},
): URL {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(params[name] ?? "");
    return name === "path" ? value.split("/").map(segment).join("/") : segment(value);
  });
  const url = new URL(base);
  url.pathname = `${base.pathname}${filled}`;
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
  }
  return url;
}

/** One segment of a path. An address treats `.` and `..` as a way, and `//` as nothing. */
function segment(value: string): string {
  if (/^\.{0,2}$|\p{Surrogate}/u.test(value)) {
    throw new TypeError(`${JSON.stringify(value)} names nothing`);
  }
  return encodeURIComponent(value);
}
