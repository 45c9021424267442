const HOSTS = new Set(["127.0.0.1", "localhost", "[::1]"]);
const SPOOFABLE = [
  "x-forwarded-for",
  "x-real-ip",
  "cf-connecting-ip",
  "forwarded",
  "true-client-ip",
];

/** The largest body that passes. Hosted projects have limits of their own, not published. */
const BODY_BYTES = 32 * 1024 * 1024;

/**
 * Whether the request was meant for us. A page elsewhere whose name was made to resolve to
 * 127.0.0.1 (DNS rebinding) reaches us, but with its own name in Host.
 */
export function isOurs(url: URL): boolean {
  return HOSTS.has(url.hostname);
}

/**
 * The request as the services behind the gateway see it: at another address, and with the peer's
 * true address in place of whatever the client claimed. Absent when the body is too large.
 */
export async function forward(
  request: Request,
  url: URL,
  peer: string,
): Promise<Request | undefined> {
  const body = request.body === null ? null : await read(request, BODY_BYTES);
  if (body === undefined) return undefined;
  const { method, signal } = request;
  const inner = new Request(url, { method, headers: request.headers, body, signal });
  for (const name of SPOOFABLE) inner.headers.delete(name);
  inner.headers.set("x-forwarded-for", peer);
  inner.headers.set("cf-connecting-ip", peer);
  return inner;
}

/** The body, or nothing when it has more than `maxBytes`. A length that is announced is kept by Deno. */
async function read(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const announced = request.headers.get("content-length");
  if (announced !== null) return Number(announced) > maxBytes ? undefined : await request.bytes();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let seen = 0;
  for await (const chunk of request.body ?? []) {
    seen += chunk.byteLength;
    if (seen > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return await new Blob(chunks).bytes();
}
