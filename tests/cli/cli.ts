import * as path from "node:path";
import { runCli } from "../../cli/run.ts";
import type { Prompts, Sink, World } from "../../cli/world.ts";
import { ADDRESS_HEADER, type Person, testStack } from "../stack.ts";

/** What came of a command. */
export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

/** How a command is called. */
export interface CallOptions {
  stdin?: string;
  cwd?: string;
  env?: Record<string, string>;
  /** Whether both streams are a terminal's. */
  terminal?: boolean;
  /** What the person answers, by the question. */
  answers?: Record<string, string>;
  fetch?: typeof fetch;
}

/** A command that is under way. */
export interface Running {
  done: Promise<Result>;
  /** Presses Ctrl-C. */
  interrupt(): void;
  /** Resolves when it has written this to stdout or stderr, as often as is said. */
  says(text: string, times?: number): Promise<void>;
}

/** A desk: a home and a working folder of its own, where somebody types commands. */
export interface Desk extends AsyncDisposable {
  readonly folder: string;
  readonly credentials: string;
  cli(words: readonly string[], options?: CallOptions): Promise<Result>;
  start(words: readonly string[], options?: CallOptions): Running;
  /** Writes a file of the working folder. */
  write(file: string, text: string): Promise<void>;
}

/** Who sits there has a session as `cloister login` leaves it; nobody has none. */
export async function desk(person?: Person): Promise<Desk> {
  const root = await Deno.makeTempDir({ prefix: "cloister-cli-" });
  const folder = path.join(root, "work");
  const credentials = path.join(root, "config", "cloister", "credentials.json");
  await Deno.mkdir(folder);
  const address = person?.address;
  const start = (words: readonly string[], options: CallOptions = {}) =>
    perform(words, { folder, root, address }, options);
  if (person) await keepSession(person, credentials);
  return {
    folder,
    credentials,
    start,
    cli: (words, options) => start(words, options).done,
    write: (file, text) => Deno.writeTextFile(path.join(folder, file), text),
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function keepSession({ supabase }: Person, file: string): Promise<void> {
  const { url, publishableKey } = testStack();
  const { data } = await supabase.auth.getSession();
  const profile = { publishable_key: publishableKey, session: JSON.stringify(data.session) };
  await Deno.mkdir(path.dirname(file), { recursive: true });
  const text = JSON.stringify({ current: url, profiles: { [url]: profile } });
  await Deno.writeTextFile(file, text, { mode: 0o600 });
}

interface Place {
  folder: string;
  root: string;
  address: string | undefined;
}

function perform(words: readonly string[], at: Place, options: CallOptions): Running {
  const { cwd = at.folder, stdin = "", terminal = false, answers = {} } = options;
  const stdout = sink(terminal);
  const stderr = sink(terminal);
  const listeners = new Set<() => void>();
  let leave = (_code: number) => {};
  const left = new Promise<number>((resolve) => leave = resolve);
  const world: World = {
    env: { XDG_CONFIG_HOME: path.join(at.root, "config"), ...options.env },
    cwd,
    stdout,
    stderr,
    stdin: { terminal, text: () => Promise.resolve(stdin) },
    prompts: promptsOf(answers),
    fetch: options.fetch ?? fetchFrom(at.address),
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    leave,
  };
  const done = Promise.race([runCli(words, world), left])
    .then((code) => ({ code, stdout: stdout.text(), stderr: stderr.text() }));
  return {
    done,
    interrupt: () => listeners.forEach((listener) => listener()),
    says: (text, times = 1) => Promise.race([stdout.says(text, times), stderr.says(text, times)]),
  };
}

/** Somebody without an account comes from nowhere in particular. */
function fetchFrom(address: string | undefined): typeof fetch {
  return (input, init) => {
    const headers = new Headers(init?.headers);
    if (address !== undefined) headers.set(ADDRESS_HEADER, address);
    return fetch(input, { ...init, headers });
  };
}

function sink(terminal: boolean): Sink & {
  text(): string;
  says(text: string, times: number): Promise<void>;
} {
  const decoder = new TextDecoder();
  let written = "";
  const waiting = new Set<() => void>();
  return {
    terminal,
    columns: 80,
    write: (chunk) => {
      written += typeof chunk === "string" ? chunk : decoder.decode(chunk);
      waiting.forEach((check) => check());
    },
    text: () => written,
    says: (text, times) =>
      new Promise((resolve) => {
        const check = () => {
          if (written.split(text).length <= times) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
      }),
  };
}

function promptsOf(answers: Record<string, string>): Prompts {
  const answer = (question: string) => {
    const found = Object.entries(answers).find(([part]) => question.includes(part));
    if (found === undefined) throw new Error(`Nobody answers ${question}`);
    return Promise.resolve(found[1]);
  };
  return {
    text: answer,
    secret: answer,
    confirm: async (question) => await answer(question) === "yes",
    choose: async (question, options) => {
      const wanted = await answer(question);
      const option = options.find(({ value }) => value === wanted);
      if (option === undefined) throw new Error(`${question} has no option ${wanted}`);
      return option.value;
    },
  };
}
