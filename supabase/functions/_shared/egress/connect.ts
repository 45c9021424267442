import { isIP } from "node:net";
import { Duplex } from "node:stream";
import { ToolRefusal } from "../policy/refusal.ts";
import type { Meter } from "./meter.ts";

/** Where a connection to an address goes in truth: to itself, but in tests. */
export type Route = (address: string, port: number) => { hostname: string; port: number };

/** What connections are made with. */
export interface Dialer {
  route: Route;
  ca: string | undefined;
}

/** Of one address: the others of the same answer want their turn. */
const CONNECT_MS = 4_000;
const READ_BYTES = 64 * 1024;

/** No detour. */
export const direct: Route = (hostname, port) => ({ hostname, port });

/**
 * A connection to the first of the addresses that answers; for `https` with TLS to the URL's own
 * name, whatever the address, and no byte sent before its certificate is checked. An address is a
 * number, so that nothing is resolved again. Throws `ToolRefusal`: `upstream_failed`. What crosses
 * the connection afterwards passes the meter.
 */
export async function dial(
  url: URL,
  addresses: readonly string[],
  dialer: Dialer,
  meter: Meter,
  signal: AbortSignal,
): Promise<Duplex> {
  const causes: unknown[] = [];
  for (const address of addresses) {
    try {
      return duplexOf(await open(url, address, dialer, signal), meter);
    } catch (cause) {
      signal.throwIfAborted();
      causes.push(cause);
    }
  }
  const cause = new AggregateError(causes);
  throw new ToolRefusal("upstream_failed", "The host does not answer, or not as itself.", {
    cause,
  });
}

async function open(
  { protocol, hostname, port }: URL,
  address: string,
  { route, ca }: Dialer,
  signal: AbortSignal,
): Promise<Deno.Conn> {
  if (isIP(address) === 0) throw new Error("Only an address is connected to.");
  const secure = protocol === "https:";
  const to = route(address, Number(port) || (secure ? 443 : 80));
  const conn = await inTime(Deno.connect(to), close, signal);
  conn.setNoDelay();
  if (!secure) return conn;
  const caCerts = ca === undefined ? [] : [ca];
  const starting = Deno.startTls(conn, { hostname, caCerts, alpnProtocols: ["http/1.1"] });
  const tls = await inTime(starting, close, signal);
  await inTime(tls.handshake(), () => {}, signal).catch((cause) => {
    close(tls);
    throw cause;
  });
  return tls;
}

/** What comes too late is let go when it comes. */
function inTime<Result>(
  work: Promise<Result>,
  letGo: (late: Result) => void,
  signal: AbortSignal,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let waits = true;
    const timer = setTimeout(() => give(() => reject(new Error("Too slow."))), CONNECT_MS);
    const abort = () => give(() => reject(signal.reason));
    function give(settle: () => void) {
      waits = false;
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      settle();
    }
    signal.addEventListener("abort", abort);
    if (signal.aborted) abort();
    work.then(
      (result) => waits ? give(() => resolve(result)) : letGo(result),
      (cause) => waits && give(() => reject(cause)),
    );
  });
}

/** Node's own sockets, on Deno, close before what they got is read: an answer's end is lost. */
function duplexOf(conn: Deno.Conn, meter: Meter): Duplex {
  const duplex = new Duplex({
    read() {
      readFrom(conn, meter).then((bytes) => duplex.push(bytes), (cause) => duplex.destroy(cause));
    },
    write(chunk, _encoding, done) {
      writeAll(conn, chunk, meter).then(() => done(), done);
    },
    destroy(cause, done) {
      close(conn);
      done(cause);
    },
  });
  // Stays: an error that nobody listens to ends the process.
  return duplex.on("error", () => {});
}

async function readFrom(conn: Deno.Conn, meter: Meter): Promise<Uint8Array | null> {
  const buffer = new Uint8Array(READ_BYTES);
  const bytes = await conn.read(buffer);
  if (bytes === null) return null;
  meter.read(bytes);
  return buffer.slice(0, bytes);
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array, meter: Meter): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const written = await conn.write(bytes.subarray(at));
    meter.written(written);
    at += written;
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It is closed.
  }
}
