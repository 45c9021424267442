import * as z from "zod";

/** The address and the folder that attack programs name; both are replaced by real ones. */
const NAMED_PORT = "47811";
const NAMED_FOLDER = "/srv/cloister-canary";

/** A loopback server and a folder that no program may reach. */
export interface Canary {
  /** Requests that arrived, by path. */
  readonly hits: string[];
  /** Puts the real port and folder into a program's text. */
  place(source: string): string;
  close(): Promise<void>;
}

/** Sets the canary up: secrets in a folder, and a server that counts whoever comes. */
export async function openCanary(): Promise<Canary> {
  const hits: string[] = [];
  const folder = await Deno.makeTempDir({ prefix: "canary-" });
  await Deno.writeTextFile(`${folder}/secret.txt`, "SECRET-TEXT");
  await Deno.writeTextFile(`${folder}/secret.json`, '{"secret":"SECRET-JSON"}');
  await Deno.writeTextFile(`${folder}/secret.js`, 'export default "SECRET-MODULE";');
  const headers = { "content-type": "text/javascript", "access-control-allow-origin": "*" };
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    hits.push(new URL(request.url).pathname);
    return new Response('export default "remote-code";', { headers });
  });
  const { port } = z.object({ port: z.number() }).parse(server.addr);
  return {
    hits,
    place: (source) => source.replaceAll(NAMED_PORT, `${port}`).replaceAll(NAMED_FOLDER, folder),
    async close() {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
