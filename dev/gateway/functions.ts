import { join } from "node:path";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { StackError } from "../error.ts";
import { openRuntime } from "./runtime.ts";

const SLUG = /^[A-Za-z][A-Za-z0-9_-]*$/;
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

type Handler = (request: Request) => Response | Promise<Response>;
const isHandler = (value: unknown): value is Handler => typeof value === "function";
const Module = z.object({ default: z.object({ fetch: z.custom<Handler>(isHandler) }) });

/** The edge functions, as they are deployed: each sees its requests below `/<name>`. */
export interface Functions extends AsyncDisposable {
  /** Settles when every function has booted or failed to. */
  readonly booted: Promise<void>;
  fetch(request: Request): Promise<Response>;
  /**
   * Tells the functions that they are taken down, as the platform does, and waits for what they
   * do about it and for what goes on in the background, but not for ever.
   */
  end(): Promise<void>;
}

type Log = (line: string) => void;

let served: string | undefined;

/**
 * Loads every function in `dir` into this process. One that cannot be loaded answers BOOT_ERROR, and
 * `log` says why. `env` is the environment while they are served: functions read theirs when they
 * boot, and modules load once, so that a process can serve them for one address only.
 */
export function loadFunctions(dir: string, env: Record<string, string>, log: Log): Functions {
  const address = JSON.stringify([dir, env.SUPABASE_URL]);
  if (served !== undefined && served !== address) {
    throw new StackError(
      "This process has loaded the edge functions for another stack. Start this one with" +
        " `functions: false`, or in a process of its own.",
    );
  }
  served = address;
  const restore = setEnvironment(env);
  const runtime = openRuntime();
  const loading = loadAll(dir, log);
  return {
    booted: loading.then(() => {}),
    fetch: async (request) => await call(request, await loading, log),
    end: runtime.end,
    async [Symbol.asyncDispose]() {
      await loading;
      await runtime.end();
      restore();
    },
  };
}

async function call(request: Request, loaded: Loaded, log: Log): Promise<Response> {
  const name = new URL(request.url).pathname.split("/")[1] ?? "";
  if (!loaded.has(name)) return platformError(404, "NOT_FOUND", "there is no such function");
  if (!METHODS.includes(request.method)) {
    return platformError(405, "METHOD_NOT_ALLOWED", "the method is not allowed");
  }
  const handler = loaded.get(name);
  if (handler === undefined) {
    return platformError(503, "BOOT_ERROR", "the function failed to start");
  }
  try {
    return await handler(request);
  } catch (error) {
    log(`function ${name} threw: ${Deno.inspect(error)}`);
    return platformError(500, "WORKER_ERROR", "the function exited due to an error");
  }
}

type Loaded = Map<string, Handler | undefined>;

async function loadAll(dir: string, log: Log): Promise<Loaded> {
  const loading = (await findFunctions(dir)).map(async (name) => {
    const handler = await load(join(dir, name, "index.ts")).catch((error) => {
      log(`function ${name} does not boot: ${Deno.inspect(error)}`);
    });
    return [name, handler ?? undefined] as const;
  });
  return new Map(await Promise.all(loading));
}

async function findFunctions(dir: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    if (!isDirectory || !SLUG.test(name)) continue;
    const info = await Deno.stat(join(dir, name, "index.ts")).catch(() => undefined);
    if (info?.isFile) found.push(name);
  }
  return found;
}

async function load(path: string): Promise<Handler> {
  const module = Module.parse(await import(pathToFileURL(path).href));
  return (request) => module.default.fetch(request);
}

function setEnvironment(env: Record<string, string>): () => void {
  const before = Object.keys(env).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  };
}

function platformError(status: number, code: string, message: string): Response {
  const headers = { "sb-error-code": code, "access-control-allow-origin": "*" };
  return Response.json({ code, message }, { status, headers });
}
