import { UsageError } from "./exit.ts";

/** Where `deno task start` serves. */
export const LOCAL_URL = "http://127.0.0.1:54321";

/**
 * A project's address in the one spelling that credentials are kept under. Throws `UsageError` for
 * what is none, and for `http:` to another machine: a credential would travel in the clear.
 */
export function projectAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`${text} is not the address of a project, like https://….supabase.co`);
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new UsageError("The address of a project has no user, password, query or fragment.");
  }
  const base = url.pathname.replace(/\/+$/, "");
  if (base.includes("//")) {
    throw new UsageError("The address of a project has no // in its path: it could mean a host.");
  }
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    throw new UsageError(
      `${url.origin} is not encrypted: anybody on the way could sign in as you.`,
    );
  }
  return `${url.origin}${base}`;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}
