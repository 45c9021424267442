import assert from "@std/assert";
import { SAY } from "../../../../supabase/functions/_shared/sandbox/process/frames.ts";
import { Pool } from "../../../../supabase/functions/_shared/sandbox/process/pool.ts";
import { spawnChild } from "../../../../supabase/functions/_shared/sandbox/process/spawn.ts";
import {
  type Patience,
  Zygote,
} from "../../../../supabase/functions/_shared/sandbox/process/zygote.ts";
import { ZygoteSocket } from "../../../../supabase/functions/_shared/sandbox/process/zygote_socket.ts";
import { descendants, NEVER, until } from "./process/rig.ts";

const BOOT = { type: "boot", guest: "", OP: SAY } as const;
const [SOON_MS, NOT_SOON_MS] = [50, 60_000];
/** Takes whatever it is told, says nothing, and ends when its input does. */
const LISTEN = "exec cat > /dev/null";
const READY = `echo '["ready"]'`;
const ignore = Deno.build.os === "windows";

/** A shell in place of a sandbox process. */
function launch(script: string) {
  const env = { PATH: Deno.env.get("PATH") ?? "" };
  return { command: "/bin/sh", args: ["-c", script], env };
}

/** A shell in place of a zygote, killed at the end. */
function startZygote(script: string, patience: Partial<Patience>) {
  const socket = new ZygoteSocket(undefined);
  const generous = { readyMs: NOT_SOON_MS, childMs: NOT_SOON_MS, deathMs: NOT_SOON_MS };
  const zygote = new Zygote(launch(script), BOOT, socket, { ...generous, ...patience });
  return {
    zygote,
    async [Symbol.asyncDispose]() {
      zygote.kill();
      await zygote.gone;
      await socket[Symbol.asyncDispose]();
    },
  };
}

async function isGone(): Promise<void> {
  await until("it is gone", () => descendants().length === 0);
}

Deno.test({
  name: "Pool ends a child that never says it is warm, and starts another one in its place",
  ignore,
  fn: async () => {
    let isSilent = true;
    const [silent, honest] = [launch(LISTEN), launch(`echo '[${SAY.ready}]'; ${LISTEN}`)];
    const spawn = () => isSilent ? spawnChild(silent, BOOT, SOON_MS) : spawnChild(honest, BOOT);
    const pool = new Pool(spawn, 2, () => {});
    assert.equal(pool.stats().starting, 2);
    isSilent = false;
    try {
      await until("others are warm", () => pool.stats().warm === 2);
      await until("nothing is left of the silent ones", () => pool.stats().alive === 2);
      assert.equal(pool.stats().spawned, 4);
      assert.ok(await pool.take(NEVER));
    } finally {
      await pool.close();
    }
  },
});

Deno.test({
  name: "a zygote that never says it is ready is ended, and its children never become warm",
  ignore,
  fn: async () => {
    await using started = startZygote(LISTEN, { readyMs: SOON_MS });
    const child = started.zygote.fork();
    await isGone();
    assert.deepEqual([await started.zygote.ready, await child.ready], [false, false]);
    await child.gone;
  },
});

Deno.test({
  name: "a zygote that does not tell a child's death after the order to kill it is ended",
  ignore,
  fn: async () => {
    const patience = { childMs: SOON_MS, deathMs: SOON_MS };
    await using started = startZygote(`${READY}; ${LISTEN}`, patience);
    assert.ok(await started.zygote.ready);
    const child = started.zygote.fork();
    await isGone();
    assert.equal(await child.ready, false);
    await child.gone;
  },
});

Deno.test({
  name: "a zygote that tells a child's death in time goes on, and nothing waits to end it",
  ignore,
  sanitizeOps: true,
  fn: async () => {
    const tell = `sed -un 's/.*"kill","child":"\\([^"]*\\)".*/["died","\\1",9]/p'`;
    await using started = startZygote(`${READY}; exec ${tell}`, { childMs: SOON_MS });
    assert.ok(await started.zygote.ready);
    for (let turn = 0; turn < 3; turn++) {
      assert.equal((await started.zygote.fork().gone).code, 128 + 9);
    }
    assert.equal(descendants().length, 1);
  },
});

Deno.test({
  name: "a child that is given up before its zygote is ready is never forked",
  ignore,
  fn: async () => {
    const told = await Deno.makeTempFile();
    const script = `read boot; read go < ${told}.fifo; ${READY}; exec cat > ${told}`;
    await new Deno.Command("mkfifo", { args: [`${told}.fifo`] }).output();
    {
      await using started = startZygote(script, { childMs: SOON_MS });
      const [early, late] = [started.zygote.fork(), started.zygote.fork()];
      await Promise.all([early.gone, late.gone]);
      await Deno.writeTextFile(`${told}.fifo`, "go\n");
      assert.ok(await started.zygote.ready);
      const third = started.zygote.fork();
      await until("it is told to fork", () => Deno.readTextFileSync(told).includes("fork"));
      started.zygote.kill();
      await third.gone;
    }
    const orders = (await Deno.readTextFile(told)).trim().split("\n");
    assert.deepEqual(orders.filter((order) => order.includes("fork")).length, 1);
    for (const path of [told, `${told}.fifo`]) await Deno.remove(path);
  },
});

Deno.test({
  name: "a zygote that talks without end is ended",
  ignore,
  fn: async () => {
    const stranger = JSON.stringify(["died", crypto.randomUUID(), 0]);
    await using _started = startZygote(`${READY}; exec yes '${stranger}'`, {});
    await isGone();
  },
});

Deno.test({
  name: "a zygote that is dead is waited for no longer when somebody else holds its output",
  ignore,
  fn: async () => {
    const holder = "{ cat <&3 > /dev/null; :; } &";
    await using started = startZygote(`exec 3<&0; ${holder} ${READY}; ${LISTEN}`, {});
    assert.ok(await started.zygote.ready);
    const child = started.zygote.fork();
    started.zygote.kill();
    await started.zygote.gone;
    await child.gone;
  },
});
