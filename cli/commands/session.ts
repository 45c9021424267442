import { buildCommand } from "@stricli/core";
import { projectAddress } from "../address.ts";
import { createAuth } from "../auth.ts";
import { type Cli, COMMON, type Common, optionalName, outputOf, projectOf } from "../cli.ts";
import { changeCredentials, readCredentials } from "../credentials.ts";
import { EXIT, NotSignedIn } from "../exit.ts";
import { plain } from "../text.ts";

/** Who calls which project. */
export interface Identity {
  readonly url: string;
  readonly by: string;
  /** The e-mail address, or the public part of the key. */
  readonly as: string;
  readonly role: string | null;
}

/** Asks the project who calls. Rejects with `NotSignedIn`, or as the project refuses. */
export async function identify(cli: Cli, flags: Common): Promise<Identity> {
  const { url, by, profile, client } = await projectOf(cli, flags);
  const { role } = await client.limits();
  if (by !== "session") {
    return { url, by, as: profile.api_key?.slice(0, 24) ?? "a key", role };
  }
  const email = await createAuth(cli.world, url, profile.publishable_key ?? "").email();
  return { url, by, as: email ?? "somebody without an e-mail address", role };
}

async function whoami(this: Cli, flags: Common): Promise<void> {
  const out = outputOf(this, flags);
  const who = await identify(this, flags);
  if (out.json) return out.value(who);
  out.print(plain(`${who.as} (${who.role ?? "no role"}) at ${who.url}, by ${who.by}`));
}

/** Forgets a project here in any case, and ends the session there if it can be reached. */
async function logout(this: Cli, flags: Common, at?: string): Promise<void> {
  const out = outputOf(this, flags);
  const { current, profiles } = await readCredentials(this.world);
  const meant = at ?? flags.url ?? current;
  if (meant === undefined) throw new NotSignedIn("Nobody is signed in anywhere.");
  const url = projectAddress(meant);
  const profile = profiles[url];
  const isEnded = profile?.session === undefined ||
    await createAuth(this.world, url, profile.publishable_key ?? "").signOut()
      .then(() => true, () => false);
  await changeCredentials(this.world, ({ current: before, profiles: { [url]: _, ...others } }) => ({
    ...(before !== undefined && before !== url && { current: before }),
    profiles: others,
  }));
  if (!isEnded) {
    this.endWith(EXIT.unreachable);
    out.say(
      `${url} could not be told: the session there was not ended, and runs out by itself.`,
    );
  }
  if (out.json) return out.value({ url, session_ended: isEnded });
  out.print(isEnded ? `Signed out of ${url}.` : `${url} is forgotten here.`);
}

/** The argument that names a project. */
export const ADDRESS = optionalName("The project's address", "url");

/** `cloister logout`. */
export const logoutCommand = buildCommand<Common, [string?], Cli>({
  func: logout,
  parameters: { flags: COMMON, positional: { kind: "tuple", parameters: [ADDRESS] } },
  docs: { brief: "Sign out of a project, and forget it here" },
});

/** `cloister whoami`. */
export const whoamiCommand = buildCommand<Common, [], Cli>({
  func: whoami,
  parameters: { flags: COMMON },
  docs: { brief: "Say who is signed in where" },
});
