import { type ClientOptions, type CloisterClient, createClient } from "../../sdk/mod.ts";

/** What a fake server answers to one request, or the error that the network fails with. */
export type Answer = Response | Error;

/** A client whose network is a list of answers, and what it asked. Asking for more is an error. */
export interface Scripted {
  client: CloisterClient;
  requests: Request[];
}

/** A client that is answered these, one after the other. */
export function scripted(
  answers: readonly Answer[],
  options: Omit<ClientOptions, "url" | "fetch"> = {},
): Scripted {
  const requests: Request[] = [];
  const rest = answers.values();
  const send: typeof fetch = (input, init) => {
    requests.push(new Request(input, init));
    const { value } = rest.next();
    if (value === undefined) return Promise.reject(new Error("nobody expected this request"));
    return value instanceof Error ? Promise.reject(value) : Promise.resolve(value);
  };
  const client = createClient({
    url: "https://project.example",
    auth: { apiKey: "ck_live_test" },
    ...options,
    fetch: send,
  });
  return { client, requests };
}

/** A refusal as the API answers it. */
export function refusal(
  status: number,
  code: string,
  more: Record<string, unknown> = {},
): Response {
  const body = { type: `/errors/${code}`, title: "No", status, code, request_id: "req-1", ...more };
  return Response.json(body, {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}

/** An answer in JSON. */
export function json(body: unknown, status = 200): Response {
  return Response.json(body, { status });
}

/** A stream of these events, which ends well, or breaks off. */
export function stream(seqs: readonly (readonly [seq: number, type: string])[], breaks = false) {
  const text = seqs.map(([seq, type]) =>
    `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify({ seq, type, at: "", data: null })}\n\n`
  ).join("");
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(`retry: 1000\n: open\n\n${text}`));
      if (!breaks) controller.close();
    },
    pull(controller) {
      controller.error(new TypeError("the connection was reset"));
    },
  });
  const headers = {
    "content-type": "text/event-stream",
    location: `/functions/v1/execute/runs/${RUN}`,
  };
  return new Response(body, { headers });
}

/** Everything that comes, as Node 20 has no `Array.fromAsync` for it. */
export async function collect<T>(from: AsyncIterable<T>): Promise<T[]> {
  const all = [];
  for await (const one of from) all.push(one);
  return all;
}

/** The id of every run here. */
export const RUN = `run_${"0".repeat(32)}`;
