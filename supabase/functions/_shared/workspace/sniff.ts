import { FileRefusal } from "./refusal.ts";
import { BINARY, REFUSED_NAMES, TEXT, TEXTUAL } from "./types.ts";

/** How much of a content is looked at to tell what it is: no archive makes this longer. */
const HEAD_BYTES = 128 * 1024;
/** Controls that text has none of; tabs, line ends, form feeds and escapes it may have. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const NO_TEXT = /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]/;
/** The extensions that name something binary. */
const BINARY_NAMES = new Set(Object.values(BINARY).flatMap(({ names }) => names));

/** The extension of a path in lower case, or "". */
function extensionOf(path: string): string {
  return /[^/]\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
}

function isText(bytes: Uint8Array): boolean {
  try {
    return !NO_TEXT.test(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return false;
  }
}

/** What a content begins as, in the words of `file-type`; undefined where nobody knows. */
async function detect(bytes: Uint8Array): Promise<string | undefined> {
  const { fileTypeFromBuffer } = await import("file-type");
  try {
    return (await fileTypeFromBuffer(bytes.subarray(0, HEAD_BYTES)))?.ext;
  } catch {
    return undefined;
  }
}

function refuse(message: string): never {
  throw new FileRefusal("type_denied", message);
}

function typeOfText(extension: string): string {
  if (BINARY_NAMES.has(extension)) refuse(`The content is text, and no .${extension}.`);
  return Object.hasOwn(TEXT, extension) ? TEXT[extension] ?? "text/plain" : "text/plain";
}

function typeOfBinary(detected: string | undefined, extension: string): string {
  const kept = detected !== undefined && Object.hasOwn(BINARY, detected)
    ? BINARY[detected]
    : undefined;
  if (kept === undefined) refuse("The content is of no type that is kept here.");
  if (extension !== "" && !kept.names.includes(extension)) {
    refuse(`The content is ${kept.type}, and no .${extension}.`);
  }
  return kept.type;
}

/**
 * The media type of a content, from what is in it and never from what its sender says. Throws
 * `type_denied` where it is on no list, or its name says another type.
 */
export async function sniff(path: string, bytes: Uint8Array): Promise<string> {
  const extension = extensionOf(path);
  if (REFUSED_NAMES.has(extension)) refuse(`Nothing is kept as .${extension}.`);
  const detected = await detect(bytes);
  const isPlain = isText(bytes) && !TEXTUAL.includes(detected ?? "");
  return isPlain ? typeOfText(extension) : typeOfBinary(detected, extension);
}
