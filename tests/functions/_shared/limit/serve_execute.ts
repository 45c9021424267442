/** Serves the function `execute` as where there is no Upstash, until its input ends. */
Deno.env.delete("UPSTASH_REDIS_REST_URL");
Deno.env.delete("UPSTASH_REDIS_REST_TOKEN");
const { default: execute } = await import("../../../../supabase/functions/execute/index.ts");
const onListen = ({ port }: { port: number }) => console.log(`http://127.0.0.1:${port}`);
const server = Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen },
  (request) => execute.fetch(request),
);
for await (const _ of Deno.stdin.readable);
await server.shutdown();
