const NAMED_PORT = "47811";
const NAMED_FOLDER = "/srv/cloister-canary";

const BODY = 'export default "remote-code";';
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-type: text/javascript\r\n` +
  `access-control-allow-origin: *\r\ncontent-length: ${BODY.length}\r\nconnection: close\r\n\r\n` +
  BODY;

/** A loopback server and a folder that no program may reach; one for each station. */
export class Canary implements AsyncDisposable {
  /** Connections that were made since the last look. */
  hits = 0;
  readonly #serving: Promise<void>;

  private constructor(readonly folder: string, readonly listener: Deno.TcpListener) {
    this.#serving = this.#serve();
  }

  static async open(): Promise<Canary> {
    const folder = await Deno.makeTempDir({ prefix: "canary-" });
    await Deno.writeTextFile(`${folder}/secret.txt`, "SECRET-TEXT");
    await Deno.writeTextFile(`${folder}/secret.json`, '{"secret":"SECRET-JSON"}');
    await Deno.writeTextFile(`${folder}/secret.js`, 'export default "SECRET-MODULE";');
    return new Canary(folder, Deno.listen({ hostname: "127.0.0.1", port: 0 }));
  }

  /** Puts the real port and folder into a program's text. */
  place(source: string): string {
    const { port } = this.listener.addr;
    return source.replaceAll(NAMED_PORT, `${port}`).replaceAll(NAMED_FOLDER, this.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.listener.close();
    await this.#serving;
    await Deno.remove(this.folder, { recursive: true });
  }

  async #serve(): Promise<void> {
    const answering: Promise<void>[] = [];
    for await (const connection of this.listener) answering.push(this.#answer(connection));
    await Promise.all(answering);
  }

  async #answer(connection: Deno.Conn): Promise<void> {
    this.hits++;
    try {
      await connection.read(new Uint8Array(1024));
      await connection.write(new TextEncoder().encode(ANSWER));
    } catch {
      // it hung up; it was counted
    } finally {
      connection.close();
    }
  }
}
