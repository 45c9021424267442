import assert from "@std/assert";
import { hear, listen, RESPONSE } from "./listen.ts";
import type { Promised } from "./rig.ts";

const LENGTHS = [0, 1, 2, 3, 4, 5, 255, 256, 257, 4095, 4096, 4097, 9000];

/** What is no text crosses the border as it is. */
export function bytes(promise: Promised): void {
  promise("gives a response that reads as text, JSON and bytes", async (play) => {
    const { tools } = listen((_tool, args) => {
      const { url } = Object(args);
      if (url === "binary") return { ...RESPONSE, body: "/+iZ7w==", encoding: "base64" };
      return url === "empty" ? { ...RESPONSE, status: 204, body: "", headers: {} } : RESPONSE;
    });
    const program = `export default async (_i, agent) => {
      const [text, binary, empty] = await Promise.all(["text", "binary", "empty"].map((u) => agent.fetch(u)));
      const { headers } = text;
      return [
        [text.url, text.status, text.ok, text.redirected, empty.ok],
        [headers.get("Content-Type"), headers.get("X-É"), headers.get("no"), headers.has("CONTENT-type"), headers.has("get")],
        [...headers.entries()],
        [await text.text(), await text.json(), [...await text.bytes()].length, await text.text()],
        [await binary.text(), [...await binary.bytes()], await binary.json().catch((e) => e.name)],
        [await empty.text(), (await empty.bytes()).length, empty.headers.entries().length],
      ];
    }`;
    assert.deepEqual(await hear(play, program, tools), [
      ["https://a.example/end", 404, false, true, true],
      ["text/plain", "1", null, true, false],
      [["content-type", "text/plain"], ["x-é", "1"]],
      ['[1,"é😀"]', [1, "é😀"], 15, '[1,"é😀"]'],
      ["\ufffd\ufffd\ufffd", [0xff, 0xe8, 0x99, 0xef], "SyntaxError"],
      ["", 0, 0],
    ]);
  });

  promise("carries bytes of every length and value there and back", async (play) => {
    const kept: string[] = [];
    const { tools } = listen((tool, args) => {
      const { base64, offset } = Object(args);
      return tool === "files.write" ? kept.push(base64) : { base64: kept[offset] };
    });
    const program = `export default async (_i, agent) => {
      const bytes = Uint8Array.from({ length: 9000 }, (_, i) => i * 7 ^ i >> 5);
      const lengths = ${JSON.stringify(LENGTHS)};
      for (const length of lengths) await agent.files.write("a", bytes.subarray(0, length));
      return await Promise.all(lengths.map(async (length, offset) => {
        const back = await agent.files.bytes("a", { offset });
        return back.length === length && back.every((byte, i) => byte === bytes[i]);
      }));
    }`;
    assert.deepEqual(await hear(play, program, tools), LENGTHS.map(() => true));
    const bytes = Uint8Array.from({ length: 9000 }, (_, i) => i * 7 ^ i >> 5);
    assert.deepEqual(
      kept,
      LENGTHS.map((length) => btoa(String.fromCharCode(...bytes.subarray(0, length)))),
    );
  });

  promise("reads bytes that are no UTF-8 as everybody does", async (play) => {
    const samples = [
      [0xc3, 0x28],
      [0xe2, 0x82],
      [0xed, 0xa0, 0x80, 0x41],
      [0xf0, 0x9f, 0x98],
      [0xf4, 0x90, 0x80, 0x80],
      [0xc0, 0xaf, 0xfe, 0xff],
      [0xe0, 0x80, 0xaf],
      [0xf0, 0x8f, 0xc3, 0xa9, 0x80],
      [0xe2, 0xe2, 0x82, 0xac],
      [...Array(600).keys()].map((i) => i * 89 % 251 + 4),
    ].map((bytes) => Uint8Array.from(bytes));
    const { tools } = listen((_tool, args) => {
      const bytes = samples[Number(Object(args).url)] ?? new Uint8Array();
      return { ...RESPONSE, encoding: "base64", body: btoa(String.fromCharCode(...bytes)) };
    });
    const program = `export default async (_i, agent) => {
      const texts = [];
      for (let i = 0; i < ${samples.length}; i++) texts.push(await (await agent.fetch(String(i))).text());
      return texts;
    }`;
    const decoder = new TextDecoder();
    assert.deepEqual(
      await hear(play, program, tools),
      samples.map((bytes) => decoder.decode(bytes)),
    );
  });
}
