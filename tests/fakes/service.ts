/** How a service behaves today. */
export type Mood = "well" | "error" | "slow" | "huge" | "broken" | "page" | "redirect" | "gone";

/** What a service was asked, as it came over the wire. */
export interface Heard {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: unknown;
}

/** A service on a port of its own, which speaks its real protocol, and misbehaves on demand. */
export interface FakeService extends AsyncDisposable {
  url: string;
  /** Everything that it was asked, in order. */
  heard: Heard[];
  mood: Mood;
}

/** What a service has to say: an answer, or how it words an error of its own. */
export interface Manners {
  answer(heard: Heard): Response | Promise<Response>;
  /** The body of a 500, as this very service writes it. */
  error: unknown;
}

const GIGABYTE = 1024 ** 3;
const CHUNK = new Uint8Array(64 * 1024).fill(0x20);

/** Starts a service. A `slow` one never answers; `huge` is 1 GB of blanks that claims to be JSON. */
export function serveFake({ answer, error }: Manners): FakeService {
  const heard: Heard[] = [];
  const leaving = new AbortController();
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
  }, async (request) => {
    const one = await hear(request);
    heard.push(one);
    switch (fake.mood) {
      case "well":
        return await answer(one);
      case "error":
        return Response.json(error, { status: 500 });
      case "slow":
        return await never(leaving.signal);
      case "huge":
        return new Response(blanks(), { headers: { "content-type": wanted(one) } });
      case "broken":
        return new Response('{"id":"x","choices":[{"mess', {
          headers: { "content-type": "application/json" },
        });
      case "page":
        return new Response("<h1>Welcome</h1>", { headers: { "content-type": "text/html" } });
      case "redirect":
        return Response.redirect("https://elsewhere.example.com/", 302);
      case "gone":
        return Response.json({ message: "Not Found" }, { status: 404 });
    }
  });
  const fake: FakeService = {
    url: `http://127.0.0.1:${server.addr.port}`,
    heard,
    mood: "well",
    async [Symbol.asyncDispose]() {
      leaving.abort();
      await server.shutdown();
    },
  };
  return fake;
}

async function hear(request: Request): Promise<Heard> {
  const { pathname, searchParams } = new URL(request.url);
  const text = await request.text();
  return {
    method: request.method,
    path: decodeURI(pathname),
    query: Object.fromEntries(searchParams),
    headers: Object.fromEntries(request.headers),
    body: text === "" ? undefined : JSON.parse(text),
  };
}

function wanted({ headers }: Heard): string {
  return headers["accept"] === "text/event-stream" ? "text/event-stream" : "application/json";
}

function never(signal: AbortSignal): Promise<Response> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(new Response(null, { status: 503 })));
  });
}

function blanks(): ReadableStream<Uint8Array> {
  let left = GIGABYTE;
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) return controller.close();
      left -= CHUNK.length;
      controller.enqueue(CHUNK.slice());
    },
  });
}
