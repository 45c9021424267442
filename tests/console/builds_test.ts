import assert from "@std/assert";
import { dirname, join } from "node:path";
import { openBuilds } from "../../dev/gateway/console_build.ts";

const TWO_DAYS_MS = 2 * 24 * 3_600_000;

/** A repository whose console is one file, with the text of one of its sources. */
const FILES: Readonly<Record<string, string>> = {
  "console/deno.json": "{}",
  "console/build/main.ts": `Deno.mkdirSync(Deno.args[1], { recursive: true });
    Deno.copyFileSync("README.md", Deno.args[1] + "/index.html");`,
  "sdk/mod.ts": "",
  "docs/README.md": "",
  "README.md": "one",
  "SECURITY.md": "",
};

Deno.test("a build that is served stays, one that nobody uses goes, and one that is gone comes back", async () => {
  const root = await Deno.makeTempDir({ prefix: "cloister-builds-" });
  for (const [path, text] of Object.entries(FILES)) {
    await Deno.mkdir(dirname(join(root, path)), { recursive: true });
    await Deno.writeTextFile(join(root, path), text);
  }
  const open = () => openBuilds(root, { follows: true, log: assert.fail });
  const isThere = (dir: string) => Deno.stat(dir).then(() => true, () => false);
  const renewAfterTwoDays = async (
    text: string,
    old: string,
    meanwhile: () => Promise<unknown>,
  ) => {
    await Deno.utime(old, new Date(), new Date(Date.now() - TWO_DAYS_MS));
    await meanwhile();
    await Deno.writeTextFile(join(root, "README.md"), text);
    return await open().newest();
  };
  const elder = open();
  const first = await elder.newest();
  assert.ok(first !== undefined && first.has("index.html"));
  const second = await renewAfterTwoDays("two", first.dir, () => elder.current());
  assert.ok(second !== undefined && await isThere(first.dir), "it is served still");
  await renewAfterTwoDays("three", first.dir, () => Promise.resolve());
  assert.ok(!await isThere(first.dir) && await isThere(second.dir));
  const [again, same] = await Promise.all([elder.current(), elder.current()]);
  assert.equal(await Deno.readTextFile(join(again?.dir ?? "", "index.html")), "three");
  assert.equal(again?.dir, same?.dir);
  await Deno.remove(root, { recursive: true });
});
