import { portTaken } from "../port.ts";

/** An HTTP server on 127.0.0.1. It may be disposed of more than once. */
export interface Server extends AsyncDisposable {
  readonly url: string;
}

const PATIENCE_MS = 2_000;

/**
 * Serves on `port`, or on a free one when that is 0. `peer` is the address of the client's socket.
 * What the handler throws goes to `log`, and no further.
 */
export function serve(
  port: number,
  handler: (request: Request, peer: string) => Promise<Response>,
  log: (line: string) => void = console.error,
): Server {
  const cut = new AbortController();
  const active = new Set<Promise<void>>();
  const options = {
    hostname: "127.0.0.1",
    port,
    onListen: () => {},
    onError: (error: unknown) => {
      log(`the stack failed at a request: ${Deno.inspect(error)}`);
      return Response.json({ message: "The local stack failed at this request" }, { status: 500 });
    },
    signal: cut.signal,
  };
  const server = listen(port, () =>
    Deno.serve(options, (request, { remoteAddr, completed }) => {
      const done = completed.catch(() => {}).finally(() => active.delete(done));
      active.add(done);
      return handler(request, remoteAddr.hostname);
    }));
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    async [Symbol.asyncDispose]() {
      await patiently(Promise.all(active));
      cut.abort();
      await server.finished;
    },
  };
}

/** Waits for what is going on, but not for ever: a stream may be without end. */
async function patiently(work: Promise<unknown>): Promise<void> {
  const patience = Promise.withResolvers<void>();
  const timer = setTimeout(patience.resolve, PATIENCE_MS);
  await Promise.race([work, patience.promise]);
  clearTimeout(timer);
}

function listen<T>(port: number, start: () => T): T {
  try {
    return start();
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) throw portTaken(port, error);
    throw error;
  }
}
