/**
 * `deno task start`: runs the stack until it is told to end, and keeps its data in between.
 * `--port` and `--dir` choose where it listens and where it keeps its state.
 */
import { parseArgs } from "node:util";
import { fromEnvironment } from "./environment.ts";
import { StackError } from "./error.ts";
import { type Stack, startStack } from "./stack.ts";

const JSON_BODY = "-H 'content-type: application/json'";
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

try {
  const ended = Promise.withResolvers<void>();
  const stack = await startStack({ ...fromEnvironment(), ...readArguments() });
  for (const signal of SIGNALS) Deno.addSignalListener(signal, ended.resolve);
  console.log(describe(stack));
  await ended.promise;
  for (const signal of SIGNALS) Deno.removeSignalListener(signal, ended.resolve);
  await stack.stop();
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  console.error(error.message);
  Deno.exitCode = 1;
}

function readArguments(): { port?: number; dir?: string } {
  try {
    const { values } = parseArgs({
      options: { port: { type: "string" }, dir: { type: "string" } },
    });
    return {
      ...values.port !== undefined && { port: readPort(values.port) },
      ...values.dir !== undefined && { dir: values.dir },
    };
  } catch (error) {
    if (error instanceof StackError) throw error;
    throw new StackError("Usage: deno task start [--port 54321] [--dir .cloister]");
  }
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw new StackError(`--port takes a number from 0 to 65535, and ${text} is none.`);
}

function describe(stack: Stack): string {
  const { url, publishableKey, secretKey, databaseUrl, redis } = stack;
  return `
Cloister is running, ready in ${Math.round(performance.now())} ms. Ctrl-C ends it; the data stays.

  console          ${url}/
  API              ${url}
  functions        ${url}/functions/v1/
  publishable key  ${publishableKey}
  secret key       ${secretKey}
  database         ${databaseUrl}
  redis over REST  ${redis.url}
  its token        ${redis.token}

Paste this to sign somebody up, create an agent and run it:

  TOKEN=$(curl -s ${url}/auth/v1/signup -H 'apikey: ${publishableKey}' ${JSON_BODY} -d '{"email":"'"$(date +%s)"'@example.test","password":"correct horse"}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s ${url}/functions/v1/agents -H "Authorization: Bearer $TOKEN" ${JSON_BODY} -d '{"name":"hello","source":"export default (input) => ({ hello: input.name })"}'
  curl -s ${url}/functions/v1/execute/agents/hello -H "Authorization: Bearer $TOKEN" ${JSON_BODY} -d '{"input":{"name":"Ada"}}'
`;
}
