import {
  DEFAULT_LIMITS,
  type Engine,
} from "../../../../supabase/functions/_shared/sandbox/engine.ts";
import { createRemoteEngine } from "../../../../supabase/functions/_shared/sandbox/remote/engine.ts";
import { quickJs } from "../../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { authorize } from "../../../runner/keys.ts";
import { spawnRunner } from "../../../runner/spawn.ts";
import { conformance } from "./conformance.ts";
import { absentBox } from "./process/boxes.ts";

conformance("remote over quickjs", async () => {
  const runner = await spawnRunner();
  const engine = createRemoteEngine({
    url: runner.url,
    authorize,
    defaults: DEFAULT_LIMITS,
    ceiling: quickJs.ceiling,
  });
  return disposable(engine, runner);
});

conformance("remote over processes", async () => {
  const env = { CLOISTER_RUNNER_ENGINE: "process", CLOISTER_RUNNER_PLACES: "4" };
  const runner = await spawnRunner(env);
  return disposable(createRemoteEngine({ url: runner.url, authorize }), runner);
}, { absent: await absentBox("plain") });

/** An engine that ends what it needs when it is disposed of. */
function disposable(engine: Engine, needs: AsyncDisposable): Engine & AsyncDisposable {
  return Object.assign(engine, { [Symbol.asyncDispose]: () => needs[Symbol.asyncDispose]() });
}
