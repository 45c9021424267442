/**
 * What the way out costs beside a plain `fetch`, over TLS to a server on this machine: requests
 * one after the other and at once, and the speed of a large body, also while a secret is looked
 * for. Plain `fetch` keeps its connections, the way out opens one for each request. Prints a table.
 */
import { createEgress } from "../supabase/functions/_shared/egress/create.ts";
import type { EgressRules, Permit } from "../supabase/functions/_shared/egress/egress.ts";
import { makeCertificate } from "../tests/certificate.ts";

const REQUESTS = 300;
const AT_ONCE = 8;
const LARGE_MB = 128;
const NAME = "localhost";

const { ca, cert, key } = await makeCertificate([NAME]);
const chunk = new Uint8Array(64 * 1024).fill(120);
await using server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} },
  (request) => new Response(request.url.endsWith("/large") ? large() : "x".repeat(1024)),
);
const origin = `https://${NAME}:${server.addr.port}`;
const egress = createEgress({ ca, privateOrigins: [origin] });
using client = Deno.createHttpClient({ caCerts: [ca] });
using fresh = Deno.createHttpClient({ caCerts: [ca], poolMaxIdlePerHost: 0 });

/** Fetches a path and gives how many bytes came. */
type Get = (path: string) => Promise<number>;
const ways: [string, Get][] = [
  ["plain `fetch`", async (path) => await count((await fetch(origin + path, { client })).body)],
  [
    "plain `fetch`, a connection each",
    async (path) => await count((await fetch(origin + path, { client: fresh })).body),
  ],
  ["egress", (path) => send(path, {})],
  ["egress, looking for a secret", (path) => send(path, { secrets: ["sk-0123456789abcdef"] })],
];

console.log(
  `| way | ${REQUESTS} in turn, p50 ms | ${AT_ONCE} at once, requests/s | ${LARGE_MB} MB body, MB/s |`,
);
console.log("| --- | ---: | ---: | ---: |");
for (const [name, get] of ways) {
  for (let i = 0; i < 20; i++) await get("/");
  const times: number[] = [];
  for (let i = 0; i < REQUESTS; i++) times.push(await timed(() => get("/")));
  const p50 = times.toSorted((a, b) => a - b)[REQUESTS / 2] ?? 0;
  let left = REQUESTS;
  const together = await timed(() =>
    Promise.all(Array.from({ length: AT_ONCE }, async () => {
      while (left-- > 0) await get("/");
    }))
  );
  const whole = await timed(() => get("/large"));
  const cells = [
    p50.toFixed(2),
    Math.round(1_000 * REQUESTS / together),
    Math.round(1_000 * LARGE_MB / whole),
  ];
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}

function large(): ReadableStream<Uint8Array> {
  let left = LARGE_MB * 1024 * 1024 / chunk.length;
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(chunk);
      else controller.close();
    },
  });
}

async function send(path: string, permit: Permit): Promise<number> {
  const rules: EgressRules = {
    permit: () => permit,
    redirect: "error",
    timeoutMs: 60_000,
    maxBytes: 1024 ** 3,
  };
  const request = { url: origin + path, method: "GET" };
  const { body } = await egress.send(request, rules, new AbortController().signal);
  return await count(body);
}

async function count(body: ReadableStream<Uint8Array> | null): Promise<number> {
  let bytes = 0;
  for await (const piece of body ?? []) bytes += piece.length;
  return bytes;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
