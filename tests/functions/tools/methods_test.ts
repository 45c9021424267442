import assert from "@std/assert";
import { createFetchTool } from "../../../supabase/functions/tools/fetch/tool.ts";
import { createKeeping } from "../../../supabase/functions/_shared/workspace/keeping.ts";
import { createFilesTools } from "../../../supabase/functions/tools/files/tools.ts";
import { createOpenWorkspace } from "../../../supabase/functions/tools/files/store.ts";
import { createShellTool } from "../../../supabase/functions/tools/shell/tool.ts";
import { answer, createInternet, type Heard, PUBLIC } from "../_shared/egress/internet.ts";
import { onEveryEngine, outputOf } from "./rig.ts";

const open = createOpenWorkspace(createKeeping(), () => {});

onEveryEngine(
  "agent.files and agent.shell are what the tools behind them take and give",
  [...createFilesTools(open), createShellTool({ open })],
  async (rig) => {
    const outcome = await rig.run({
      policy: { files: {}, shell: { commands: ["sort", "wc"] } },
      source: `export default async (_, agent) => {
        const { files } = agent;
        const bytes = Uint8Array.from({ length: 300 }, (_, i) => i);
        await files.write("words.txt", "b\\n");
        const entry = await files.append("words.txt", "é\\na\\n");
        await files.write("scratch/raw.bin", bytes.buffer).catch((e) => agent.log(e.code));
        const back = await files.bytes("words.txt");
        const sorted = await agent.shell("sort words.txt");
        const counted = await agent.shell("wc -l", { stdin: "x\\ny\\n" });
        const refused = await agent.shell("sort -o x words.txt; rm words.txt").catch((e) => e.code);
        const listed = await files.list("words");
        return [
          entry.path, entry.size, (await files.stat("words.txt")).sha256 === entry.sha256,
          await files.read("words.txt"), await files.read("words.txt", { offset: 0, length: 2 }),
          [...back], sorted.stdout, sorted.exit_code, counted.stdout.trim(), refused,
          listed.files.map(({ path }) => path), listed.more,
          await files.delete("words.txt"), await files.stat("words.txt").catch((e) => e.code),
          await files.read("../x").catch((e) => e.code), await files.write("a.txt", "x", { x: 1 }).catch((e) => e.code),
        ];
      };`,
    });
    assert.deepEqual(outputOf(outcome), [
      ...["words.txt", 7, true, "b\né\na\n", "b\n"],
      ...[[98, 10, 195, 169, 10, 97, 10], "a\nb\né\n", 0, "2", "command_denied"],
      ...[["words.txt"], false, null, "not_found", "path_invalid", "invalid_arguments"],
    ]);
  },
);

const net = await createInternet({
  names: { "api.example.com": [[PUBLIC]] },
  servers: { [`${PUBLIC}:443`]: speak },
});
const secrets = { reveal: () => Promise.resolve(undefined) };

/** Answers with what it was sent, as the type that it was sent as; `/missing` is not there. */
function speak({ line, headers, body }: Heard): string | Uint8Array {
  if (line.includes("/missing")) return answer("no", "", "404 Not Found");
  if (line.includes("/bytes")) {
    const head = "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 4\r\n\r\n";
    return Uint8Array.from([...new TextEncoder().encode(head), 0, 255, 128, 10]);
  }
  return answer(body, `content-type: ${headers["content-type"]}\r\n`);
}

onEveryEngine(
  "agent.fetch is what the tool behind it takes and gives",
  [createFetchTool({ secrets, egress: net.egress })],
  async (rig) => {
    const outcome = await rig.run({
      policy: { fetch: { rules: [{ host: "api.example.com", methods: ["GET", "POST"] }] } },
      source: `export default async (base, agent) => {
        const post = (type, body) => agent.fetch(base + "/echo?t", {
          method: "POST", body, redirect: "error", headers: { "Content-Type": type },
        });
        const text = await post("text/plain", "h\u00e9\ud83d\ude00");
        const typed = await post("text/plain", Uint8Array.from([104, 105]));
        const json = await (await post("application/json", '{"a":[1]}')).json();
        const bytes = await agent.fetch(base + "/bytes");
        const missing = await agent.fetch(base + "/missing");
        return [
          text.status, text.ok, text.url, text.headers.get("Content-Type"), await text.text(),
          (await text.bytes()).length, await typed.text(), json, [...await bytes.bytes()],
          missing.status, missing.ok, await missing.text(),
          await agent.fetch("https://other.example.com/").catch((e) => e.code),
          await agent.fetch(base, { method: "DELETE" }).catch((e) => e.code),
          await agent.fetch(base, { body: "x" }).catch((e) => e.code),
        ];
      };`,
      input: "https://api.example.com",
    });
    assert.deepEqual(outputOf(outcome), [
      ...[200, true, "https://api.example.com/echo?t", "text/plain", "hé😀"],
      ...[7, "hi", { a: [1] }, [0, 255, 128, 10], 404, false, "no"],
      ...["host_denied", "method_denied", "invalid_arguments"],
    ]);
  },
);
