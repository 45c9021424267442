import assert from "@std/assert";
import { holdsEicar } from "../../../../supabase/functions/_shared/workspace/eicar.ts";
import { FileRefusal } from "../../../../supabase/functions/_shared/workspace/refusal.ts";
import { sniff } from "../../../../supabase/functions/_shared/workspace/sniff.ts";
import { EICAR, SAMPLES } from "../../../fakes/contents.ts";

const encode = (text: string) => new TextEncoder().encode(text);

async function refused(path: string, bytes: Uint8Array): Promise<void> {
  await assert.rejects(
    sniff(path, bytes),
    (thrown: unknown) => thrown instanceof FileRefusal && thrown.flaw === "type_denied",
    path,
  );
}

Deno.test("sniff tells types from what is in them, under their names or none", async () => {
  const types = await Promise.all([
    sniff("a.png", SAMPLES.png),
    sniff("a", SAMPLES.png),
    sniff("a.JPEG", SAMPLES.jpg),
    sniff("a.pdf", SAMPLES.pdf),
    sniff("a.zip", SAMPLES.zip),
    sniff("a.txt", encode("text")),
    sniff("a", encode("")),
    sniff("a.csv", encode("a,b\n1,2")),
    sniff("a.md", encode("# BM is no bitmap")),
    sniff("notes", encode("MZ is no program, GIF89a no picture")),
    sniff("a.svg", encode("<svg onload='alert(1)'/>")),
    sniff("a.anything", encode("ünïcode 日本")),
    sniff("a.constructor", encode("text")),
    sniff("source.js", encode("text")),
    sniff("source.py", encode("text")),
  ]);
  assert.deepEqual(types, [
    ...["image/png", "image/png", "image/jpeg", "application/pdf", "application/zip"],
    ...["text/plain", "text/plain", "text/csv", "text/markdown", "text/plain", "image/svg+xml"],
    ...["text/plain", "text/plain", "text/javascript", "text/plain"],
  ]);
});

Deno.test("sniff refuses a name that says another type than the content", async () => {
  await refused("a.png", SAMPLES.jpg);
  await refused("a.txt", SAMPLES.png);
  await refused("a.png", encode("just text"));
  await refused("a.gif", encode("GIF89a=1;alert(1)"));
  await refused("a.pdf", encode("no pdf"));
  await refused("a.txt", SAMPLES.pdf);
  await refused("a.docx", SAMPLES.zip);
  await refused("a.png.txt", SAMPLES.png);
});

Deno.test("sniff refuses what is on no list: programs, and bytes that nobody knows", async () => {
  await refused("a", SAMPLES.exe);
  await refused("a.bin", SAMPLES.elf);
  await refused("a.wasm", SAMPLES.wasm);
  await refused("a.bin", new Uint8Array([0, 1, 2, 3]));
  await refused("a.txt", encode("null \0 byte"));
  await refused("a.txt", new Uint8Array([0xff, 0xfe, 0x41, 0]));
  for (
    const name of ["exe", "bat", "PS1", "lnk", "jar", "hta", "docm", "command", "msc", "rdp", "sct"]
  ) {
    await refused(`a.${name}`, encode("text"));
  }
});

Deno.test("sniff survives what a parser chokes on", async () => {
  for (const [kind, bytes] of Object.entries(SAMPLES)) {
    for (let cut = 1; cut < Math.min(bytes.length, 64); cut++) {
      await sniff(`a.${kind}`, bytes.subarray(0, cut)).catch((err) => {
        assert.ok(err instanceof FileRefusal, String(err));
      });
    }
  }
});

Deno.test("holdsEicar finds the EICAR test file wherever it begins, and nothing less", () => {
  assert.ok(holdsEicar(EICAR));
  assert.ok(holdsEicar(encode("XX5O!" + new TextDecoder().decode(EICAR) + "\n")));
  assert.ok(!holdsEicar(EICAR.subarray(0, -1)));
  assert.ok(!holdsEicar(EICAR.subarray(1)));
  assert.ok(!holdsEicar(new Uint8Array()));
});
