// want=timeout | naive Deno Worker: breaches | compresses an endless stream
// deno-lint-ignore-file
export default async () => {
  const noise = new Uint8Array(65536).map((_, i) => i * i);
  const endless = new ReadableStream({ pull: (stream) => stream.enqueue(noise) });
  for await (const part of endless.pipeThrough(new CompressionStream("gzip"))) {
    if (part.length < 0) return part;
  }
};
