import "@electric-sql/pglite/pgtap";

const ARCHIVE = new URL("../pgtap.tar.gz", import.meta.resolve("@electric-sql/pglite/pgtap"));
const SCRIPT = /\/extension\/pgtap--[\d.]+\.sql$/;
const BLOCK = 512;

/**
 * The SQL that defines pgTAP, from the npm package that carries it. Postgres from npm comes
 * without the extension, and needs no more than its functions.
 */
export async function pgtapSql(): Promise<string> {
  const file = await Deno.open(ARCHIVE);
  const unpacked = new Response(file.readable.pipeThrough(new DecompressionStream("gzip")));
  const names: string[] = [];
  for (const { name, content } of entries(await unpacked.bytes())) {
    if (SCRIPT.test(name) && !/--.*--/.test(name)) return new TextDecoder().decode(content);
    names.push(name);
  }
  throw new Error(`${ARCHIVE} holds no pgTAP, but ${names.join(", ")}`);
}

/** The files of a tar archive: a block with name and size in octal, then the content in blocks. */
function* entries(archive: Uint8Array) {
  const text = (at: number, length: number) =>
    new TextDecoder().decode(archive.subarray(at, at + length)).replace(/\0.*$/s, "");
  for (let at = 0; archive[at];) {
    const size = parseInt(text(at + 124, 12), 8) || 0;
    const start = at + BLOCK;
    yield { name: text(at, 100), content: archive.subarray(start, start + size) };
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}
