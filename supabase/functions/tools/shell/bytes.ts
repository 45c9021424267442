/** Contents cross the guest's border as texts of which each unit is a byte. */
export function unitsOf(bytes: Uint8Array): string {
  let units = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    units += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return units;
}

/** The bytes that a text of units stands for; undefined where a unit is none. */
export function bytesOf(units: string): Uint8Array | undefined {
  const bytes = new Uint8Array(units.length);
  for (let at = 0; at < units.length; at++) {
    const unit = units.charCodeAt(at);
    if (unit > 0xff) return undefined;
    bytes[at] = unit;
  }
  return bytes;
}

const CHUNK = 8_192;
