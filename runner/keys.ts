/** Makes a key pair and prints the two lines of environment that use it: nothing is stored. */
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose";

const { publicKey, privateKey } = await generateKeyPair("EdDSA", { extractable: true });
const open = await exportJWK(publicKey);
const marks = { kid: await calculateJwkThumbprint(open), alg: "EdDSA", use: "sig" };
const secret = { ...await exportJWK(privateKey), ...marks };
console.log(`# the functions sign with it: keep it secret
CLOISTER_RUNNER_KEY='${JSON.stringify(secret)}'
# the runner checks with it
CLOISTER_RUN_KEYS='${JSON.stringify({ keys: [{ ...open, ...marks }] })}'`);
