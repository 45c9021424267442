import "reflect-metadata";
import * as x509 from "@peculiar/x509";

/** A server's certificate and its key, and who vouches for it: PEM texts. */
export interface Certificate {
  ca: string;
  cert: string;
  key: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const DAY_MS = 86_400_000;

/** A new certificate for these names, by a new authority that nobody else trusts. */
export async function makeCertificate(names: readonly string[]): Promise<Certificate> {
  const [authority, server] = [await keys(), await keys()];
  const period = {
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + DAY_MS),
    signingAlgorithm: ALGORITHM,
  };
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...period,
    serialNumber: "01",
    name: "CN=Test authority",
    keys: authority,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  }, crypto);
  const cert = await x509.X509CertificateGenerator.create({
    ...period,
    serialNumber: "02",
    subject: "CN=Test server",
    issuer: ca.subject,
    publicKey: server.publicKey,
    signingKey: authority.privateKey,
    extensions: [
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: "dns" as const, value })),
      ),
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.ExtendedKeyUsageExtension([SERVER_AUTH], true),
    ],
  }, crypto);
  const key = await crypto.subtle.exportKey("pkcs8", server.privateKey);
  return {
    ca: ca.toString("pem"),
    cert: cert.toString("pem"),
    key: x509.PemConverter.encode(key, "PRIVATE KEY"),
  };
}

function keys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}
