import * as z from "zod";

/**
 * The codec of an id that people see: a UUID behind a prefix that says what it names, such as
 * `run_0192f0c1a2b37c4d8e5f6a7b8c9d0e1f`.
 */
export function prefixedId<Prefix extends string>(prefix: Prefix) {
  const pattern = new RegExp(`^${prefix}_[0-9a-f]{32}$`);
  return {
    /** The id on the wire. */
    wire: z.string().regex(pattern),
    /** The wire's id, parsed into the UUID that the database keeps. */
    param: z.string().regex(pattern).transform((id) => dashed(id.slice(prefix.length + 1))),
    /** The wire's spelling of a UUID. */
    of: (uuid: string) => `${prefix}_${uuid.replaceAll("-", "")}`,
  };
}

/** A UUIDv7 (RFC 9562 §5.7): it sorts by the millisecond it was made in. */
export function uuid7(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(now / 2 ** 32));
  view.setUint32(2, now % 2 ** 32);
  view.setUint8(6, 0x70 | (view.getUint8(6) & 0x0f));
  view.setUint8(8, 0x80 | (view.getUint8(8) & 0x3f));
  return dashed(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));
}

function dashed(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
