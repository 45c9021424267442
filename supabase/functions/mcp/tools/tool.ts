import type { ServerContext, ToolAnnotations } from "@modelcontextprotocol/server";
import * as z from "zod";
import { Fault } from "../../_shared/fault.ts";
import type { Permission } from "../../_shared/permission.ts";
import type { Call } from "../../_shared/route.ts";
import type { Ask, Question } from "../siblings/ask.ts";

/** One request of a client: who asks, over what, and how long they wait. */
export interface Exchange {
  call: Call;
  ask: Ask;
  /** Names the request across repetitions, where the client has a session. */
  id: string | undefined;
  /** Whether a client that leaves means to cancel: so it is from protocol 2026-07-28 on. */
  leavingCancels: boolean;
  context: ServerContext;
}

/** What a tool says: an object for programs, and whether it is a failure. */
export interface Told {
  value: Record<string, unknown>;
  isError?: boolean;
}

/** A tool as clients see it, and what it does with arguments as they came. */
export interface Tool {
  name: string;
  title: string;
  description: string;
  /** Without it the tool is not listed. Whether it may be used, the function behind it decides. */
  needs: Permission;
  inputSchema: { type: "object"; [keyword: string]: unknown };
  annotations: ToolAnnotations;
  perform(args: unknown, exchange: Exchange): Promise<Told>;
}

interface Definition<Args extends z.ZodObject> {
  name: string;
  title: string;
  description: string;
  needs: Permission;
  args: Args;
  hints?: ToolAnnotations;
}

/** Reading changes nothing, and asking again is the same. */
export const READS: ToolAnnotations = { readOnlyHint: true, openWorldHint: false };

/** A tool with a rule of its own. */
export function defineTool<Args extends z.ZodObject>(
  { args, hints = {}, ...told }: Definition<Args>,
  rule: (args: z.output<Args>, exchange: Exchange) => Promise<Told>,
): Tool {
  return {
    ...told,
    inputSchema: {
      ...z.toJSONSchema(args, { io: "input", unrepresentable: "any" }),
      type: "object",
    },
    annotations: { title: told.title, openWorldHint: false, ...hints },
    perform: (raw, exchange) => rule(parse(args, raw), exchange),
  };
}

/** A tool that is one request to another function, and tells its answer. */
export function passOn<Args extends z.ZodObject>(
  definition: Definition<Args>,
  question: (args: z.output<Args>) => Question,
): Tool {
  return defineTool(definition, async (args, { ask }) => {
    const value = z.looseObject({}).safeParse(await ask(question(args)));
    return { value: value.data ?? {} };
  });
}

function parse<Args extends z.ZodObject>(args: Args, raw: unknown): z.output<Args> {
  const parsed = args.safeParse(raw ?? {});
  if (parsed.success) return parsed.data;
  const items = parsed.error.issues.slice(0, 20).map(({ code, message, path }) => ({
    code,
    message,
    path: path.join("."),
  }));
  throw new Fault("invalid_request", "The arguments are not as the tool's schema has them.", {
    items,
  });
}
