import { type CloisterClient, createClient } from "../sdk/mod.ts";
import { projectAddress } from "./address.ts";
import { createAuth } from "./auth.ts";
import { type Profile, readCredentials } from "./credentials.ts";
import { NotSignedIn, UsageError } from "./exit.ts";
import type { World } from "./world.ts";

/** A project, and who is calling it. */
export interface Project {
  readonly url: string;
  readonly profile: Profile;
  /** Where the credential came from. */
  readonly by: "CLOISTER_API_KEY" | "api key" | "session";
}

/**
 * Which project is meant, and who calls it: `--url`, `CLOISTER_URL`, then the one signed in to last;
 * `CLOISTER_API_KEY`, then what is stored for that project. Never anything that a folder says: a
 * stranger's folder must not lead credentials anywhere. Rejects with `NotSignedIn`.
 */
export async function findProject(world: World, wanted: string | undefined): Promise<Project> {
  const { current, profiles } = await readCredentials(world);
  const url = await whichProject(world, wanted, current);
  const key = world.env.CLOISTER_API_KEY?.trim();
  const profile = profiles[url] ?? {};
  if (key && !/^[!-~]+$/.test(key)) throw new UsageError("CLOISTER_API_KEY holds no API key.");
  if (key) return { url, profile: { ...profile, api_key: key }, by: "CLOISTER_API_KEY" };
  if (profile.api_key !== undefined) return { url, profile, by: "api key" };
  if (profile.session !== undefined) return { url, profile, by: "session" };
  throw new NotSignedIn(`Nobody is signed in to ${url}. Sign in with: cloister login ${url}`);
}

function whichProject({ env }: World, wanted: string | undefined, current: string | undefined) {
  const url = wanted ?? (env.CLOISTER_URL || current);
  if (url === undefined) {
    throw new NotSignedIn("Nobody is signed in anywhere. Sign in with: cloister login <url>");
  }
  return projectAddress(url);
}

/** A verification of the sandbox takes a minute. */
const TIMEOUT_MS = 75_000;

/** The SDK's client for a project. */
export function openProject(world: World, { url, profile, by }: Project): CloisterClient {
  const { api_key: apiKey, publishable_key: publishableKey } = profile;
  const headers = publishableKey === undefined ? {} : { apikey: publishableKey };
  const common = { url, headers, fetch: world.fetch, timeoutMs: TIMEOUT_MS };
  if (by !== "session") {
    if (apiKey === undefined) throw new UsageError("There is no API key.");
    return createClient({ ...common, auth: { apiKey } });
  }
  const auth = createAuth(world, url, publishableKey ?? "");
  return createClient({ ...common, auth: { accessToken: auth.accessToken } });
}
