import assert from "@std/assert";
import { person } from "../../stack.ts";

/** The files of a ZIP without compression, by name: sizes come behind each, so the table tells. */
function unzip(zip: Uint8Array): Map<string, string> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  const files = new Map<string, string>();
  let at = view.getUint32(zip.length - 6, true);
  while (view.getUint32(at, true) === 0x02014b50) {
    const [size, name, extra] = [24, 28, 30].map((offset, index) =>
      index === 0 ? view.getUint32(at + offset, true) : view.getUint16(at + offset, true)
    );
    const head = view.getUint32(at + 42, true);
    const decode = (from: number, length = 0) =>
      new TextDecoder().decode(zip.subarray(from, from + length));
    const path = decode(at + 46, name);
    const body = head + 30 + view.getUint16(head + 26, true) + view.getUint16(head + 28, true);
    files.set(path, decode(body, size));
    at += 46 + (name ?? 0) + (extra ?? 0) + view.getUint16(at + 32, true);
  }
  return files;
}

/** Somebody with a little of everything, each marked with their word. */
async function busy(word: string) {
  const user = await person(word);
  const ask = async (method: string, path: string, body: unknown) => {
    const response = await user.call(method, path, { body });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${text}`);
    return JSON.parse(text);
  };
  const source = `export default (input, agent) => { agent.log("logged ${word}"); return input; };`;
  await ask("POST", "/agents", { name: `a-${word}`, description: `about ${word}`, source });
  await ask("PUT", `/agents/a-${word}/files/notes/${word}.txt`, `file ${word}`);
  const key = await ask("POST", "/admin/keys", { name: `key ${word}`, scopes: ["agents:read"] });
  const run = await ask("POST", `/execute/agents/a-${word}`, { input: `input ${word}` });
  return { ...user, key, run };
}

Deno.test("GET /agents/me/export holds everything of the caller and nothing of another's", async () => {
  const [ann] = await Promise.all([busy("annscanary"), busy("bobscanary")]);
  const response = await ann.call("GET", "/agents/me/export");
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("content-type"), "application/zip");
  const files = unzip(new Uint8Array(await response.arrayBuffer()));
  const all = [...files].flat().join("\n");
  assert.ok(!all.includes("bobscanary"), "nothing of another's");
  const holds = {
    "account.ndjson": `annscanary-`,
    "agents.ndjson": "about annscanary",
    "agent_versions.ndjson": "logged annscanary",
    "runs.ndjson": "input annscanary",
    "run_events.ndjson": "logged annscanary",
    "api_keys.ndjson": "key annscanary",
    "files.ndjson": "notes/annscanary.txt",
    "files/a-annscanary/notes/annscanary.txt": "file annscanary",
    "audit_log.ndjson": "run.started",
  };
  for (const [name, what] of Object.entries(holds)) {
    assert.ok(files.get(name)?.includes(what), `${name} holds ${what}: ${files.get(name)}`);
  }
  for (const line of files.get("run_events.ndjson")?.trim().split("\n") ?? []) JSON.parse(line);
  for (const word of ["secret_hash", '"seal"', '"sealed"', '"program"', '"content"']) {
    assert.ok(!all.includes(word), `${word} is the server's`);
  }
});

Deno.test("GET /agents/me/export is for the person alone, whatever a key may", async () => {
  const { key, address, call } = await busy("carlscanary");
  const response = await call("GET", "/agents/me/export", {
    headers: { authorization: `Bearer ${key.secret}` },
  });
  assert.equal(response.status, 403, `${await response.text()} ${address}`);
});
