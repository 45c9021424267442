import assert from "@std/assert";
import { failureOf, type Promised, resultOf } from "./rig.ts";

const LATER = "new Promise((resolve) => setTimeout(resolve, 60_000))";

/** A run can be stopped at any time, by its signal or by whoever no longer reads. */
export function cancelling(promise: Promised): void {
  promise("does not start what was cancelled before", async (play) => {
    const played = await play("export default () => 1", { signal: AbortSignal.abort() });
    assert.equal(failureOf(played), "cancelled/cancelled");
  });

  for (
    const [what, program] of [
      ["sleeps", `console.log("on");\nexport default () => ${LATER}`],
      ["waits for a tool", "console.log('on');\nexport default (_i, agent) => agent.call('never')"],
      ["loads", `console.log("on");\nawait ${LATER}`],
      [
        "computes between promises",
        "console.log('on');\nexport default async () => { for (;;) await null }",
      ],
    ] as const
  ) {
    promise(`is cancelled while it ${what}`, async (play) => {
      const aborting = new AbortController();
      const tools = { never: () => new Promise(() => {}) };
      const seen = [];
      for await (const event of play.engine.run(play.job(program, { tools }), aborting.signal)) {
        seen.push(event);
        if (event.type === "log") aborting.abort();
      }
      const ending = seen.at(-1);
      assert.ok(ending?.type === "ending");
      assert.equal(ending.status, "cancelled");
      assert.ok(ending.usage.wallMs < 5_000);
      assert.equal(resultOf(await play("export default () => 1")), 1);
    });
  }

  promise("yields events as they come, not at the end", async (play) => {
    const answers: (() => void)[] = [];
    const wait = () => new Promise((resolve) => answers.push(() => resolve(null)));
    const program =
      "export default async (_i, agent) => { console.log('early'); await agent.call('wait'); return 1 }";
    const order = [];
    for await (
      const event of play.engine.run(
        play.job(program, { tools: { wait } }),
        new AbortController().signal,
      )
    ) {
      order.push(event.type);
      if (event.type === "tool.call") setTimeout(() => answers.forEach((answer) => answer()), 1);
    }
    assert.deepEqual(order, ["log", "tool.call", "tool.result", "ending"]);
  });

  promise("stops when its reader leaves the loop", async (play) => {
    let aborted = false;
    const tools = {
      never: (_args: unknown, signal: AbortSignal) =>
        new Promise(() => signal.addEventListener("abort", () => aborted = true)),
    };
    const program = "export default (_i, agent) => agent.call('never')";
    for await (
      const event of play.engine.run(play.job(program, { tools }), new AbortController().signal)
    ) {
      if (event.type === "tool.call") break;
    }
    assert.ok(aborted);
    assert.equal(resultOf(await play("export default () => 1")), 1);
  });

  promise("leaves no listener on the signal", async (play) => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    Object.assign(signal, {
      addEventListener: (type: string, listener: () => void) => (listeners++, add(type, listener)),
      removeEventListener: (
        type: string,
        listener: () => void,
      ) => (listeners--, remove(type, listener)),
    });
    await play("export default () => 1", { signal });
    assert.equal(listeners, 0);
  });
}
