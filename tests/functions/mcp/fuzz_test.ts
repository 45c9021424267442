import assert from "@std/assert";
import fc from "fast-check";
import { person } from "../../stack.ts";
import { promise } from "../matrix/cast.ts";
import { agentOf, connect, META, send } from "./rig.ts";

const MESSAGES = 80;
const AT_ONCE = 12;

const TOOLS = [
  ...["list_agents", "get_agent", "create_agent", "list_versions", "get_version", "agent_echo"],
  ...["publish_version", "run_agent", "get_run", "list_runs", "get_run_events", "cancel_run"],
  ...["__proto__", "constructor", "agent_", "agent_A"],
];
const METHODS = [
  ...["initialize", "ping", "tools/list", "tools/call", "resources/list", "resources/read"],
  ...["notifications/cancelled", "notifications/initialized", "subscriptions/listen"],
  ...["logging/setLevel", "server/discover", "prompts/get", "completion/complete"],
];

const value = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom("echo", "run_01890000000070008000000000000000", 1, "\0", "../admin/users", "%2e"),
);
const params = fc.record({
  name: fc.oneof({ arbitrary: fc.constantFrom(...TOOLS), weight: 9 }, {
    arbitrary: value,
    weight: 1,
  }),
  uri: fc.oneof(fc.constantFrom("cloister://agents/echo/source"), value),
  cursor: value,
  arguments: fc.oneof(
    fc.record({ name: value, agent: value, input: value, run_id: value, limit: value }, {
      requiredKeys: [],
    }),
    value,
  ),
  requestId: value,
  _meta: fc.oneof(fc.constant(META), fc.constant({ progressToken: 1 }), value),
}, { requiredKeys: [] });
const message = fc.record({
  jsonrpc: fc.oneof({ arbitrary: fc.constant("2.0"), weight: 19 }, { arbitrary: value, weight: 1 }),
  id: fc.oneof(fc.nat(), fc.string(), value),
  method: fc.oneof({ arbitrary: fc.constantFrom(...METHODS), weight: 9 }, {
    arbitrary: value,
    weight: 1,
  }),
  params: fc.oneof({ arbitrary: params, weight: 9 }, { arbitrary: value, weight: 1 }),
}, { requiredKeys: ["jsonrpc", "method"] });

promise(`${MESSAGES} messages of every kind break nothing, and are all answered`, async () => {
  const who = await person("fuzz");
  await agentOf(who);
  const { session } = await connect("fuzz", undefined, who);
  const messages = fc.sample(message, { numRuns: MESSAGES, seed: 1 });
  const wrong: string[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let sent = messages[next++]; sent !== undefined; sent = messages[next++]) {
      const headers = { "mcp-session-id": session };
      const response = await send(who.token, sent, { headers, address: who.address });
      const text = await response.text();
      const isOurs = response.status >= 500 || /"message":"internal|"code":"internal"/.test(text);
      if (isOurs) wrong.push(`${JSON.stringify(sent)} → ${response.status} ${text}`.slice(0, 900));
    }
  }));
  assert.deepEqual(wrong.slice(0, 5), []);
});
