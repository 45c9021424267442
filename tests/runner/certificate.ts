/** A certificate for loopback and the authority that signed it, as PEM; nothing else knows them. */
export interface Certified {
  authority: string;
  certificate: string;
  privateKey: string;
}

const ECDSA = { name: "ECDSA", namedCurve: "P-256" } as const;
const OID = {
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  commonName: [0x55, 0x04, 0x03],
  basicConstraints: [0x55, 0x1d, 0x13],
  alternativeName: [0x55, 0x1d, 0x11],
} as const;
const SEQUENCE = 0x30;
const TRUE = der(0x01, [0xff]);

/** Makes an authority and a certificate for `localhost` and 127.0.0.1, valid for an hour. */
export async function certify(): Promise<Certified> {
  const [ca, leaf] = [await makeKeys(), await makeKeys()];
  const isAuthority = extension(OID.basicConstraints, der(SEQUENCE, TRUE), true);
  const names = der(SEQUENCE, der(0x82, ascii("localhost")), der(0x87, [127, 0, 0, 1]));
  const authority = await sign(ca, { subject: "test authority", keys: ca }, isAuthority);
  const isLocal = extension(OID.alternativeName, names);
  const certificate = await sign(ca, { subject: "localhost", keys: leaf }, isLocal);
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", leaf.privateKey));
  return {
    authority: pem("CERTIFICATE", authority),
    certificate: pem("CERTIFICATE", certificate),
    privateKey: pem("PRIVATE KEY", pkcs8),
  };
}

async function makeKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
}

async function sign(
  ca: CryptoKeyPair,
  { subject, keys }: { subject: string; keys: CryptoKeyPair },
  extensions: Uint8Array,
): Promise<Uint8Array> {
  const algorithm = der(SEQUENCE, der(0x06, OID.ecdsaWithSha256));
  const hour = 3_600_000;
  const validity = der(SEQUENCE, time(Date.now() - hour), time(Date.now() + hour));
  const body = der(
    SEQUENCE,
    der(0xa0, der(0x02, [2])),
    integer(crypto.getRandomValues(new Uint8Array(8))),
    algorithm,
    name("test authority"),
    validity,
    name(subject),
    new Uint8Array(await crypto.subtle.exportKey("spki", keys.publicKey)),
    der(0xa3, der(SEQUENCE, extensions)),
  );
  const how = { name: "ECDSA", hash: "SHA-256" };
  const raw = new Uint8Array(await crypto.subtle.sign(how, ca.privateKey, body.slice()));
  const signature = der(SEQUENCE, integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
  return der(SEQUENCE, body, algorithm, der(0x03, [0], signature));
}

function name(text: string): Uint8Array {
  const common = der(SEQUENCE, der(0x06, OID.commonName), der(0x0c, ascii(text)));
  return der(SEQUENCE, der(0x31, common));
}

function extension(oid: readonly number[], value: Uint8Array, critical = false): Uint8Array {
  return der(SEQUENCE, der(0x06, oid), critical ? TRUE : [], der(0x04, value));
}

function time(ms: number): Uint8Array {
  return der(0x17, ascii(`${new Date(ms).toISOString().replace(/\D/g, "").slice(2, 14)}Z`));
}

/** A positive integer: no zeros in front, but one where the first bit would be a sign. */
function integer(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = bytes.subarray(start === -1 ? bytes.length - 1 : start);
  return der(0x02, (digits[0] ?? 0) > 0x7f ? [0] : [], digits);
}

function der(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const content = parts.flatMap((part) => [...part]);
  const { length } = content;
  if (length < 0x80) return new Uint8Array([tag, length, ...content]);
  if (length < 0x100) return new Uint8Array([tag, 0x81, length, ...content]);
  return new Uint8Array([tag, 0x82, length >> 8, length & 0xff, ...content]);
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...bytes)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
