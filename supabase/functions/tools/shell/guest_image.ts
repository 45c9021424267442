import { createImage, type Image } from "../../_shared/sandbox/quickjs/image.ts";

/** What a line may need: its guest alone takes 10 MB, and texts are copied often. */
export const SHELL_HEAP_BYTES = 64 * 1024 * 1024;

let image: Promise<Image> | undefined;

/**
 * The shell's guest as it is when just-bash has been loaded: made the first time that somebody needs
 * it (some 600 ms of CPU), the same one ever after. Each line gets a copy of its memory.
 */
export function getShellImage(): Promise<Image> {
  return image ??= make().catch((cause: unknown) => {
    image = undefined;
    throw cause;
  });
}

async function make(): Promise<Image> {
  const { GUEST } = await import("./guest.ts");
  const packed = Uint8Array.from(atob(GUEST), (unit) => unit.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await createImage(await new Response(stream).text(), SHELL_HEAP_BYTES);
}
