/**
 * The same answer with its body read: a connection that breaks meanwhile is one that broke. Rejects
 * when the signal is aborted, be the body read or not.
 */
export async function buffered(response: Response, signal: AbortSignal): Promise<Response> {
  const { status, statusText, headers } = response;
  const bytes = await Promise.race([response.arrayBuffer(), abortOf(signal)]);
  return new Response(bytes.byteLength === 0 ? null : bytes, { status, statusText, headers });
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function isBytes(body: unknown): body is Blob | ArrayBuffer | Uint8Array | string {
  return typeof body === "string" || body instanceof Blob || body instanceof ArrayBuffer ||
    body instanceof Uint8Array;
}

/** What is sent: bytes as they are, everything else as JSON. */
export function bodyOf(body: unknown): BodyInit {
  if (!isBytes(body)) return JSON.stringify(body);
  // A view of shared memory can be sent by nobody: what is sent is a copy.
  return body instanceof Uint8Array ? new Uint8Array(body) : body;
}

/** The media type of what is sent. */
export function typeOf(body: unknown): string {
  return isBytes(body) ? "application/octet-stream" : "application/json";
}
