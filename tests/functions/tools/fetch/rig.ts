import {
  openSecret,
  type SecretKeeper,
} from "../../../../supabase/functions/_shared/vault/keeper.ts";
import { createFetchTool } from "../../../../supabase/functions/tools/fetch/tool.ts";
import type { Internet } from "../../_shared/egress/internet.ts";
import { onEveryEngine, type ToolRig } from "../rig.ts";

/** The secret that the runs of these tests have. */
export const SECRET = "sk-live-0123456789abcdef";

/** Calls each set of arguments, and gives statuses and codes. */
export const PROGRAM = `export default (calls, agent) => Promise.all(calls.map(async (args) => {
  try { return (await agent.call("fetch", args)).status; } catch (error) { return error.code; }
}));`;

const secrets: SecretKeeper = {
  reveal: ({ name }) =>
    Promise.resolve(
      name === "API_KEY"
        ? openSecret(SECRET, ["api.example.com"])
        : name === "WIDE_KEY"
        ? openSecret(SECRET, ["**.example.org", "api.example.com"])
        : undefined,
    ),
};

/** The real broker and engines, and an Internet for each run of a test. */
export function onEveryEngineWithin(
  promised: string,
  build: () => Promise<Internet>,
  test: (net: Internet, rig: ToolRig) => Promise<void>,
): void {
  let now: Internet | undefined;
  const tool = createFetchTool({
    secrets,
    egress: {
      isPrivate: (url) => now?.egress.isPrivate(url) ?? false,
      send: (request, rules, signal) => {
        if (now === undefined) throw new Error("There is no Internet yet.");
        return now.egress.send(request, rules, signal);
      },
    },
  });
  onEveryEngine(promised, [tool], async (rig) => {
    await using net = await build();
    now = net;
    await test(net, rig);
  });
}
