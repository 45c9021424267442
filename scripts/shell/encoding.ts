/**
 * Stands in for just-bash's module of the same name, whose loops over units are what QuickJS is
 * slowest at. The short names at the end are those that its bundle imports.
 */
import { type Bytes, decodeUtf8, encodeUtf8, isAscii, unitsOf } from "./bytes.ts";

const MOST = 512 * 1024 * 1024;

interface Output {
  stdout: string;
  stdoutKind?: "text" | "bytes";
  stdoutEncoding?: "binary";
}

interface Source {
  readFileBytes?(path: string): Promise<Bytes>;
  readFileBuffer(path: string): Promise<Uint8Array>;
}

function same(text: string): string {
  return text;
}

function byteLength(text: string): number {
  return isAscii(text) ? text.length : encodeUtf8(text).length;
}

/** Throws for more bytes than one text may have. */
function bound(bytes: number, most: number, what: string): void {
  if (bytes <= most) return;
  throw new RangeError(`${what}: byte conversion limit exceeded (${most} bytes)`);
}

function decode(bytes: Bytes, most = MOST): string {
  bound(bytes.length, most, "UTF-8 decode");
  return decodeUtf8(bytes);
}

function encode(text: string, most = MOST): Bytes {
  const bytes = encodeUtf8(text);
  bound(bytes.length, most, "UTF-8 encode");
  return bytes;
}

async function readBytes(files: Source, path: string): Promise<Bytes> {
  return files.readFileBytes?.(path) ?? unitsOf(await files.readFileBuffer(path));
}

function kindOf({ stdoutKind, stdoutEncoding }: Output): "text" | "bytes" {
  return stdoutKind ?? (stdoutEncoding === "binary" ? "bytes" : "text");
}

function bytesOfOutput(output: Output): Bytes {
  return kindOf(output) === "bytes" ? output.stdout : encode(output.stdout);
}

function textOfOutput(output: Output): string {
  return kindOf(output) === "bytes" ? decode(output.stdout) : output.stdout;
}

function textOutput(stdout: string): Output {
  return { stdout, stdoutKind: "text" };
}

function bytesOutput(stdout: Bytes): Output {
  return { stdout, stdoutKind: "bytes", stdoutEncoding: "binary" };
}

const none = "";

export {
  byteLength as a,
  bytesOfOutput as i,
  bytesOutput as l,
  decode as d,
  encode as e,
  kindOf as h,
  none as f,
  readBytes as g,
  same as b,
  same as c,
  textOfOutput as j,
  textOutput as k,
};
