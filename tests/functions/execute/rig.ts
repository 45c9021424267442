import assert from "@std/assert";
import agents from "../../../supabase/functions/agents/index.ts";
import execute from "../../../supabase/functions/execute/index.ts";
import { ADDRESS_HEADER, newAddress, type Person, person } from "../../stack.ts";

export { becomeQuiet } from "../../background.ts";

/** Both apps without a port, as a person. */
export function as({ token }: Pick<Person, "token">, address: string = newAddress()) {
  return (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    (path.startsWith("/agents") ? agents : execute).request(path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        [ADDRESS_HEADER]: address,
        "content-type": "application/json",
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
}

/** Calls a route as somebody. */
export type Ask = ReturnType<typeof as>;

/** Somebody who has just signed up. */
export async function newcomer(name: string): Promise<Ask> {
  return as(await person(name));
}

/** Creates an agent, or fails the test. */
export async function create(ask: Ask, name: string, source: string, rest = {}): Promise<void> {
  const response = await ask("POST", "/agents", { name, source, ...rest });
  assert.equal(response.status, 201, await response.clone().text());
}

/** Executes an agent and waits for its run. */
export async function run(ask: Ask, name: string, input: unknown = null) {
  const response = await ask("POST", `/execute/agents/${name}`, { input });
  assert.equal(response.status, 200, await response.clone().text());
  return await response.json();
}

/** The events of a stream, parsed from its text. */
export function eventsOf(text: string) {
  return text.split("\n\n").filter((block) => block.includes("data: ")).map((block) => ({
    id: Number(/^id: (.*)$/m.exec(block)?.[1]),
    event: /^event: (.*)$/m.exec(block)?.[1],
    ...JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? "null"),
  }));
}
