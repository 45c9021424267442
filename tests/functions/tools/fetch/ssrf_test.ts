/** The way out's own attacks once more, by programs: through engine, broker and policy. */
import assert from "@std/assert";
import { gzipSync } from "node:zlib";
import * as z from "zod";
import { createEgress } from "../../../../supabase/functions/_shared/egress/create.ts";
import { createFetchTool } from "../../../../supabase/functions/tools/fetch/tool.ts";
import { INTERNAL, LOOPBACKS, REDIRECTS } from "../../_shared/egress/inside.ts";
import {
  answer,
  createInternet,
  OTHER,
  PUBLIC,
  redirect,
  write,
} from "../../_shared/egress/internet.ts";
import { onEveryEngine, outputOf } from "../rig.ts";
import { onEveryEngineWithin, PROGRAM } from "./rig.ts";

const ANYWHERE = { fetch: { rules: [{ host: "**" }], max_calls: 200 } };
const Codes = z.array(z.string());

/** The real resolver and real sockets: were one of them to lead here, somebody would knock. */
onEveryEngine(
  "no way in which a program writes an internal address reaches it, with all hosts granted",
  [createFetchTool({
    egress: createEgress(),
    secrets: { reveal: () => Promise.resolve(undefined) },
  })],
  async (rig) => {
    let hits = 0;
    await using inside = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
      hits++;
      return new Response("inside");
    });
    const input = LOOPBACKS.flatMap((host) => [
      { url: `https://${host}/` },
      { url: `https://${host}:${inside.addr.port}/` },
      { url: `http://${host}:${inside.addr.port}/` },
    ]);
    const outcome = await rig.run({ policy: ANYWHERE, source: PROGRAM, input });
    const codes = new Set(Codes.parse(outputOf(outcome)));
    assert.ok(codes.isSubsetOf(new Set(["host_denied", "invalid_arguments"])), [...codes].join());
    assert.equal(hits, 0);
    assert.equal(outcome.calls.length, input.length);
    assert.ok(outcome.calls.every(({ outcome }) => outcome !== "ok"));
  },
);

const nameOf = (_: string, at: number) => `n${at}.example.net`;

onEveryEngineWithin(
  "no public name that leads inside is reached by a program",
  () =>
    createInternet({
      names: Object.fromEntries(INTERNAL.map((address, at) => [nameOf(address, at), [[address]]])),
      servers: Object.fromEntries(INTERNAL.map((at) => [`${at}:443`, () => answer("inside")])),
    }),
  async (net, rig) => {
    const input = INTERNAL.map(nameOf).map((name) => ({ url: `https://${name}/` }));
    const outcome = await rig.run({ policy: ANYWHERE, source: PROGRAM, input });
    assert.deepEqual(outputOf(outcome), INTERNAL.map(() => "address_denied"));
    assert.deepEqual(net.dialed, []);
  },
);

onEveryEngineWithin(
  "no redirect leads a program inside, out of TLS, to another scheme, or round for ever",
  () =>
    createInternet({
      names: {
        "api.example.com": [[PUBLIC]],
        "inside.example.com": [["10.0.0.5"]],
        "other.example.org": [[OTHER]],
        "searxng.example.com": [["10.0.0.6"]],
      },
      servers: {
        [`${PUBLIC}:443`]: ({ line }) => {
          const [, path = ""] = line.split(" ");
          const [to] = REDIRECTS[Number(path.slice(1))] ?? [];
          return redirect(to === undefined || to === "/" ? path : to);
        },
        "10.0.0.5:443": () => answer("inside"),
        "10.0.0.6:443": () => answer("inside"),
        "169.254.169.254:80": () => answer("inside"),
      },
      deps: { privateOrigins: ["http://searxng:8080", "https://searxng.example.com"] },
    }),
  async (net, rig) => {
    const input = REDIRECTS.map((_, at) => ({ url: `https://api.example.com/${at}` }));
    const outcome = await rig.run({ policy: ANYWHERE, source: PROGRAM, input });
    const codes = new Set(Codes.parse(outputOf(outcome)));
    assert.deepEqual(codes, new Set(["redirect_denied", "address_denied"]));
    assert.deepEqual(new Set(net.dialed), new Set([`${PUBLIC}:443`]));
    // One of them leads to itself, and is given up after five redirects.
    assert.equal(net.heard.length, REDIRECTS.length + 5);
  },
);

const BOMB_BYTES = 64 * 1024 * 1024;

onEveryEngineWithin(
  "a decompression bomb is a typed error inside the program, and the run goes on",
  () => {
    const bomb = gzipSync(new Uint8Array(BOMB_BYTES));
    const head = `content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
    return createInternet({
      names: { "api.example.com": [[PUBLIC]] },
      servers: {
        [`${PUBLIC}:443`]: async (_heard, conn) => {
          await write(conn, `HTTP/1.1 200 OK\r\n${head}`);
          await write(conn, bomb);
        },
      },
    });
  },
  async (_net, rig) => {
    const input = [{ url: "https://api.example.com/" }];
    const outcome = await rig.run({ policy: ANYWHERE, source: PROGRAM, input });
    assert.deepEqual(outputOf(outcome), ["result_too_large"]);
    assert.ok((outcome.calls[0]?.bytes_in ?? Infinity) < BOMB_BYTES / 10);
  },
);
