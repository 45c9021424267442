import assert from "@std/assert";
import { quickJs } from "../../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { createImage } from "../../../../supabase/functions/_shared/sandbox/quickjs/image.ts";
import { runOn } from "../../../../supabase/functions/_shared/sandbox/quickjs/run.ts";

const SCRIPT = "globalThis.kit = { list: Array.from({ length: 200_000 }, (_, n) => n), uses: 0 };";

async function play(image: Awaited<ReturnType<typeof createImage>>, program: string) {
  const job = { program, input: "null", tools: {}, limits: { ...quickJs.defaults } };
  return await runOn(image, job, AbortSignal.timeout(10_000), () => {});
}

Deno.test("createImage() gives every guest what a script left, as it left it", async () => {
  const image = await createImage(SCRIPT);
  const program = "export default () => [kit.list.length, ++kit.uses];";
  for (let runs = 0; runs < 3; runs++) {
    assert.equal((await play(image, program)).output, "[200000,1]");
  }
  assert.equal(image.memories.lent, 0);
});

Deno.test("an image's guest is ended like any other, and the next is as new", async () => {
  const image = await createImage(SCRIPT);
  const bomb = await play(
    image,
    "export default () => { kit.uses = 9; for (;;) kit.list.push(1); }",
  );
  assert.ok(bomb.status === "out_of_memory" || bomb.status === "timed_out", bomb.status);
  assert.equal((await play(image, "export default () => kit.uses;")).output, "0");
});

Deno.test("the guests of engines have nothing of an image's script", async () => {
  await createImage(SCRIPT);
  const job = {
    program: "export default () => typeof kit;",
    input: "null",
    tools: {},
    limits: { ...quickJs.defaults },
  };
  for await (const said of quickJs.run(job, AbortSignal.timeout(10_000))) {
    if (said.type === "ending") assert.equal(said.output, '"undefined"');
  }
});

Deno.test("createImage() throws when its script does", async () => {
  await assert.rejects(() => createImage("throw 1;"), { name: "GuestBroken" });
});
