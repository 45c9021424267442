/** What a receiver was sent. */
export interface Heard {
  path: string;
  body: string;
  headers: Record<string, string>;
}

/** A receiver on loopback that speaks HTTP, and all that it was sent. */
export function receive(answer: (heard: Heard, request: Request) => Response | Promise<Response>) {
  const heard: Heard[] = [];
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const body = await request.text();
      const headers = Object.fromEntries(request.headers);
      const told = { path: pathname + search, body, headers };
      heard.push(told);
      return await answer(told, request);
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/told?token=hidden`,
    heard,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
