import type { Egress, EgressRules } from "../../../../supabase/functions/_shared/egress/egress.ts";
import {
  createEgress,
  type EgressDeps,
} from "../../../../supabase/functions/_shared/egress/create.ts";
import { type Certificate, makeCertificate } from "../../../certificate.ts";

/** What a server read of a request. */
export interface Heard {
  /** As `93.184.216.34:443`: where it was sent. */
  at: string;
  /** The request line. */
  line: string;
  headers: Record<string, string>;
  body: string;
}

/** Answers on a raw connection: the bytes to write, or whatever it does with the connection. */
export type Speak = (
  heard: Heard,
  conn: Deno.Conn,
) => string | Uint8Array | void | Promise<string | Uint8Array | void>;

/** A few names, a few addresses, and servers behind them. */
export interface Internet extends AsyncDisposable {
  egress: Egress;
  /** Names as they were asked for, in order. */
  asked: string[];
  /** Addresses as they were connected to, in order. */
  dialed: string[];
  heard: Heard[];
  /** Resolves once so many connections have ended on the servers' side. */
  closed(count: number): Promise<void>;
}

/** What there is. */
export interface Sites {
  /** Each name's answers, one after the other; the last one stays. */
  names: Record<string, readonly (readonly string[])[]>;
  /** Servers by `address:port`; with TLS unless the port is 80. */
  servers: Record<string, Speak>;
  /** Names in the servers' certificate, where they are not just `names`. */
  certified?: readonly string[];
  deps?: Omit<EgressDeps, "route" | "resolve">;
}

/** A public address, and another one. */
export const PUBLIC = "93.184.216.34";
export const OTHER = "151.101.1.69";

/** An Internet on loopback: only names and routes are made up; sockets, TLS and HTTP are real. */
export async function createInternet(sites: Sites): Promise<Internet> {
  const certificate = await makeCertificate(sites.certified ?? Object.keys(sites.names));
  const asked: string[] = [];
  const dialed: string[] = [];
  const heard: Heard[] = [];
  const conns = new Counter();
  const listeners = new Map(
    Object.entries(sites.servers).map(([at, speak]) => {
      const listener = listen(at, certificate);
      const serving = serve(listener, at, speak, heard, conns);
      return [at, { listener, serving }];
    }),
  );
  const answers = new Map(Object.entries(sites.names).map(([name, list]) => [name, [...list]]));
  const egress = createEgress({
    ca: certificate.ca,
    ...sites.deps,
    resolve: (name) => {
      asked.push(name);
      const left = answers.get(name.replace(/\.$/, "")) ?? [];
      const answer = left.length > 1 ? left.shift() : left[0];
      return answer === undefined ? Promise.reject(new Error("NXDOMAIN")) : Promise.resolve(answer);
    },
    route: (address, port) => {
      const at = `${address}:${port}`;
      dialed.push(at);
      const site = listeners.get(at);
      if (site === undefined) throw new Error(`No route to ${at}`);
      return { hostname: "127.0.0.1", port: portOf(site.listener) };
    },
  });
  return {
    egress,
    asked,
    dialed,
    heard,
    closed: (count) => conns.reached(count),
    async [Symbol.asyncDispose]() {
      for (const { listener } of listeners.values()) listener.close();
      await Promise.all([...listeners.values()].map(({ serving }) => serving));
    },
  };
}

/** Rules that let everything pass: what is refused then, is refused by the egress itself. */
export function open(rules: Partial<EgressRules> = {}): EgressRules {
  return {
    permit: () => ({}),
    redirect: "follow",
    timeoutMs: 5_000,
    maxBytes: 1024 * 1024,
    ...rules,
  };
}

/** An answer with a length. */
export function answer(body: string, headers = "", status = "200 OK"): string {
  const length = new TextEncoder().encode(body).length;
  return `HTTP/1.1 ${status}\r\n${headers}content-length: ${length}\r\n\r\n${body}`;
}

/** A redirect. */
export function redirect(to: string, status = 302): string {
  return answer("moved", `location: ${to}\r\n`, `${status} Moved`);
}

class Counter {
  #count = 0;
  #waiting: [count: number, resolve: () => void][] = [];

  add(): void {
    this.#count++;
    for (const [count, resolve] of this.#waiting) if (this.#count >= count) resolve();
  }

  reached(count: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#count >= count) resolve();
      else this.#waiting.push([count, resolve]);
    });
  }
}

function listen(at: string, { cert, key }: Certificate): Deno.Listener<Deno.Conn> {
  const options = { hostname: "127.0.0.1", port: 0 };
  return at.endsWith(":80") ? Deno.listen(options) : Deno.listenTls({ ...options, cert, key });
}

function portOf(listener: Deno.Listener<Deno.Conn>): number {
  return "port" in listener.addr ? listener.addr.port : 0;
}

async function serve(
  listener: Deno.Listener<Deno.Conn>,
  at: string,
  speak: Speak,
  heard: Heard[],
  conns: Counter,
): Promise<void> {
  const talks: Promise<void>[] = [];
  try {
    for (;;) talks.push(talk(await listener.accept(), at, speak, heard, conns));
  } catch {
    // The listener is closed.
  }
  await Promise.all(talks);
}

async function talk(
  conn: Deno.Conn,
  at: string,
  speak: Speak,
  heard: Heard[],
  conns: Counter,
): Promise<void> {
  try {
    const request = await hear(conn, at);
    if (request === undefined) return;
    heard.push(request);
    const said = await speak(request, conn);
    if (said !== undefined) await write(conn, said);
  } catch {
    // The other side has gone.
  } finally {
    try {
      conn.close();
    } catch {
      // It is closed.
    }
    conns.add();
  }
}

/** Writes it all. */
export async function write(conn: Deno.Conn, said: string | Uint8Array): Promise<void> {
  const bytes = typeof said === "string" ? new TextEncoder().encode(said) : said;
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Resolves when the other side has ended the connection. */
export async function ended(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1024);
  while (await conn.read(buffer).catch(() => null) !== null);
}

async function hear(conn: Deno.Conn, at: string): Promise<Heard | undefined> {
  const buffer = new Uint8Array(64 * 1024);
  let text = "";
  for (;;) {
    const bytes = await conn.read(buffer);
    if (bytes === null) return undefined;
    text += new TextDecoder().decode(buffer.subarray(0, bytes));
    const end = text.indexOf("\r\n\r\n");
    if (end === -1) continue;
    const [line = "", ...rest] = text.slice(0, end).split("\r\n");
    const headers = Object.fromEntries(rest.map((header) => {
      const colon = header.indexOf(":");
      return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
    }));
    const body = text.slice(end + 4);
    const { length } = new TextEncoder().encode(body);
    if (length >= Number(headers["content-length"] ?? 0)) return { at, line, headers, body };
  }
}
