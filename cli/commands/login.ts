import { buildCommand } from "@stricli/core";
import { createClient } from "../../sdk/mod.ts";
import { LOCAL_URL, projectAddress } from "../address.ts";
import { createAuth } from "../auth.ts";
import { type Cli, COMMON, type Common, outputOf, switchFlag, textFlag } from "../cli.ts";
import { changeCredentials, type Profile, readCredentials } from "../credentials.ts";
import { UsageError } from "../exit.ts";
import { plain } from "../text.ts";
import { ADDRESS, identify } from "./session.ts";

interface Flags extends Common {
  readonly email?: string;
  readonly publishable?: string;
  readonly passwordStdin: boolean;
  readonly keyStdin: boolean;
}

const KEY = /^ck_(?:live|test)_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}$/;

async function login(this: Cli, flags: Flags, at?: string): Promise<void> {
  const out = outputOf(this, flags);
  const url = await chooseUrl(this, at ?? flags.url);
  const stored = (await readCredentials(this.world)).profiles[url] ?? {};
  const way = await chooseWay(this, flags);
  if (way === "key") await storeKey(this, flags, url, stored);
  else await storeSession(this, flags, way, { url, stored });
  await changeCredentials(this.world, (all) => ({ ...all, current: url }));
  const who = await identify(this, { ...flags, url });
  if (who.by === "CLOISTER_API_KEY") {
    out.say("CLOISTER_API_KEY is set, and goes before this login.");
  }
  if (out.json) return out.value(who);
  out.print(plain(`Signed in to ${url} as ${who.as}.`));
}

async function chooseUrl({ world }: Cli, given: string | undefined): Promise<string> {
  const known = world.env.CLOISTER_URL || (await readCredentials(world)).current;
  if (given !== undefined) return projectAddress(given);
  if (world.stdin.terminal) {
    return projectAddress(await world.prompts.text("Address of the project", known ?? LOCAL_URL));
  }
  if (known === undefined) throw new UsageError("Say which project: cloister login <url>");
  return projectAddress(known);
}

type Way = "password" | "code" | "key";

async function chooseWay({ world }: Cli, flags: Flags): Promise<Way> {
  if (flags.keyStdin && flags.passwordStdin) {
    throw new UsageError("--key-stdin and --password-stdin exclude each other.");
  }
  if (flags.keyStdin) return "key";
  if (flags.passwordStdin) return "password";
  if (!world.stdin.terminal) {
    throw new UsageError("Nobody can be asked here: --key-stdin, or --email and --password-stdin.");
  }
  if (flags.email !== undefined) return "password";
  return await world.prompts.choose<Way>("Sign in with", [
    { value: "password", label: "E-mail address and password", hint: "as a person" },
    { value: "code", label: "A code by e-mail", hint: "as a person" },
    { value: "key", label: "API key", hint: "as a program; what it may do is limited" },
  ]);
}

/** A key is tried before it is stored, and what was stored stays if it is not good. */
async function storeKey({ world }: Cli, flags: Flags, url: string, stored: Profile) {
  const typed = flags.keyStdin ? await world.stdin.text() : await world.prompts.secret("API key");
  const apiKey = typed.trim();
  if (!KEY.test(apiKey)) throw new UsageError("That is no API key: one looks like ck_live_…");
  await createClient({ url, auth: { apiKey }, fetch: world.fetch }).limits();
  await changeCredentials(world, (all) => ({
    ...all,
    profiles: { ...all.profiles, [url]: { ...published(stored), api_key: apiKey } },
  }));
}

async function storeSession(
  { world }: Cli,
  flags: Flags,
  way: Way,
  { url, stored }: { url: string; stored: Profile },
): Promise<void> {
  const { terminal } = world.stdin;
  const publishable = flags.publishable ?? (world.env.CLOISTER_PUBLISHABLE_KEY ||
    stored.publishable_key) ??
    await ask(
      terminal,
      "--publishable",
      () => world.prompts.text("Publishable key of the project (sb_publishable_…)"),
    );
  const email = flags.email ??
    await ask(terminal, "--email", () => world.prompts.text("E-mail address"));
  const auth = createAuth(world, url, publishable);
  if (way === "code") {
    await auth.sendCode(email);
    return await auth.enterCode(email, (await world.prompts.text("Code in the e-mail")).trim());
  }
  const password = flags.passwordStdin
    ? (await world.stdin.text()).replace(/\r?\n$/, "")
    : await world.prompts.secret("Password");
  await auth.signIn(email, password);
}

function published({ publishable_key }: Profile): Profile {
  return publishable_key === undefined ? {} : { publishable_key };
}

function ask(isTerminal: boolean, flag: string, question: () => Promise<string>): Promise<string> {
  if (isTerminal) return question();
  throw new UsageError(`Nobody can be asked here: give ${flag}.`);
}

/** `cloister login`. */
export const loginCommand = buildCommand<Flags, [string?], Cli>({
  func: login,
  parameters: {
    flags: {
      ...COMMON,
      email: textFlag("Whose password it is", "address"),
      publishable: textFlag("The project's publishable key, which is public", "key"),
      passwordStdin: switchFlag("Read the password from stdin"),
      keyStdin: switchFlag("Read an API key from stdin"),
    },
    positional: { kind: "tuple", parameters: [ADDRESS] },
  },
  docs: {
    brief: "Sign in to a project",
    fullDescription: "Sign in to a project: asks for what is left out. A password or a key is " +
      "never an argument: it is typed, or comes from stdin. CLOISTER_API_KEY needs no login.",
  },
});
