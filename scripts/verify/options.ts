import { parseArgs } from "node:util";
import * as z from "zod";
import type { ProcessChoice } from "./engines.ts";

const Engine = z.enum(["quickjs", "process", "remote"]);

/** An engine that can be verified from here. */
export type EngineName = z.infer<typeof Engine>;

/** What an operator wants verified, and how it is to be told. */
export interface Options {
  engines: readonly EngineName[];
  /** Those of them that must be there. */
  wanted: readonly EngineName[];
  /** Only programs whose name begins like this. */
  only: string;
  /** Leaves the control out. */
  quick: boolean;
  json: boolean;
  /** How processes are started on this machine: as its runner does. */
  process: ProcessChoice;
  /** A deployment whose own verification is asked for, too. */
  deployment: { url: string; token: string } | undefined;
}

/** How the command is used. */
export const USAGE =
  `deno task verify [--engine quickjs|process|remote]… [--only c] [--quick] [--json]
                 [--start spawn|fork] [--box bubblewrap|seccomp|plain] [--jit]
                 [--url https://<project>.supabase.co --token <an admin's access token>]

Plays the attack programs of tests/attacks against the engines of this deployment: quickjs, process
on this machine, and remote where CLOISTER_RUNNER_URL and CLOISTER_RUNNER_KEY are set. --only takes
programs whose name begins like that; --start, --box and --jit make processes as a runner with
CLOISTER_RUNNER_START, _BOX and _JIT would; --quick leaves out the control, a naive Worker that must not
hold; --url (or CLOISTER_VERIFY_URL and CLOISTER_VERIFY_TOKEN) asks a deployment to verify itself.
Ends with 0 only if everything held.`;

const Flags = z.object({
  engine: z.array(Engine).default([]),
  only: z.string().default(""),
  quick: z.boolean().default(false),
  json: z.boolean().default(false),
  start: z.enum(["spawn", "fork"]).default("spawn"),
  box: z.enum(["bubblewrap", "seccomp", "plain"]).optional(),
  jit: z.boolean().default(false),
  url: z.url().optional(),
  token: z.string().min(1).optional(),
}).refine(({ url, token }) => (url === undefined) === (token === undefined), {
  path: ["token"],
  error: "goes together with --url",
});

/** Reads the command line. Throws with what is wrong, and never with a token. */
export function readOptions(args: string[], env: Record<string, string>): Options {
  const { values } = parseArgs({
    args,
    options: {
      engine: { type: "string", multiple: true },
      only: { type: "string" },
      quick: { type: "boolean" },
      json: { type: "boolean" },
      start: { type: "string" },
      box: { type: "string" },
      jit: { type: "boolean" },
      url: { type: "string" },
      token: { type: "string" },
    },
  });
  const parsed = Flags.safeParse({
    ...values,
    url: values.url ?? env.CLOISTER_VERIFY_URL,
    token: values.token ?? env.CLOISTER_VERIFY_TOKEN,
  });
  if (!parsed.success) throw new Error(`${z.prettifyError(parsed.error)}\n\n${USAGE}`);
  const { engine, only, quick, json, start, box, jit, url, token } = parsed.data;
  const configured: EngineName[] = env.CLOISTER_RUNNER_URL === undefined ? [] : ["remote"];
  const found: EngineName[] = ["quickjs", "process", ...configured];
  return {
    engines: engine.length > 0 ? engine : found,
    wanted: engine.length > 0 ? engine : ["quickjs", ...configured],
    only,
    quick,
    json,
    process: { start, jit, ...(box && { box }) },
    deployment: url !== undefined && token !== undefined ? { url, token } : undefined,
  };
}
