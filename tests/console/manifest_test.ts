import assert from "@std/assert";
import * as z from "zod";
import ours from "../../deno.json" with { type: "json" };
import own from "../../console/deno.json" with { type: "json" };

const Imports = z.record(z.string(), z.string());
const FORBIDDEN =
  /innerHTML|outerHTML|dangerouslySetInnerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|\bjavascript:|style="/;

async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (name === "node_modules" || name === "dist") continue;
    if (isDirectory) yield* sources(new URL(`${name}/`, folder));
    else if (/\.(tsx?|html)$/.test(name)) yield new URL(name, folder);
  }
}

Deno.test("the console and the rest use one version of what both use, and pin every package", () => {
  const rest = Imports.parse(ours.imports);
  for (const [name, specifier] of Object.entries(Imports.parse(own.imports))) {
    assert.match(specifier, /^npm:(@[^/@]+\/)?[^/@]+@\d+\.\d+\.\d+(-[\w.]+)?$/, name);
    const other = Object.values(rest).find((one) => one.startsWith(`npm:${name}@`));
    if (other !== undefined) assert.ok(other.startsWith(specifier), `${other}, ${specifier}`);
  }
});

Deno.test("no source of the console makes HTML, code or inline styles out of text", async () => {
  const found: string[] = [];
  for await (const file of sources(new URL("../../console/", import.meta.url))) {
    const [match] = FORBIDDEN.exec(await Deno.readTextFile(file)) ?? [];
    if (match !== undefined) found.push(`${file.pathname}: ${match}`);
  }
  assert.deepEqual(found, []);
});
