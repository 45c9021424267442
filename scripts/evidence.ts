/**
 * Verifies an evidence bundle, offline where the key set is a file: the signature over its manifest
 * with the project's public keys, and the digest of every section. Ends non-zero unless both hold.
 *
 *     deno task evidence bundle.json --jwks https://<project>.supabase.co/auth/v1/.well-known/jwks.json
 *
 * A bundle does not say which keys to trust: whoever forges one would. Keep the key set of the time
 * with the bundle, since keys rotate.
 */
import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import * as z from "zod";
import { Bundle, Manifest } from "../supabase/functions/admin/evidence/schema.ts";
import { digest } from "../supabase/functions/admin/evidence/seal.ts";

/** What a bundle turned out to be: whole and signed, or what is wrong with it. */
export interface Finding {
  manifest: Manifest | undefined;
  problems: readonly string[];
}

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });
const Payload = z.strictObject({ cloister_evidence: Manifest });

/** Checks a bundle's signature against a key set, and its sections against what was signed. */
export async function verifyBundle(text: string, keys: JSONWebKeySet): Promise<Finding> {
  const read = Bundle.safeParse(parseJson(text));
  if (!read.success) return { manifest: undefined, problems: ["this is no evidence bundle"] };
  const { signature, sections, manifest: shown } = read.data;
  const manifest = await signed(signature, keys);
  if (manifest === undefined) return { manifest, problems: ["the signature is not the project's"] };
  const problems = JSON.stringify(shown) === JSON.stringify(manifest)
    ? []
    : ["the manifest is not the one that was signed"];
  for (const [name, expected] of Object.entries(manifest.sections)) {
    const section = Object.hasOwn(sections, name) ? sections[name] : undefined;
    const found = section === undefined ? undefined : await digest(section);
    if (found === undefined) problems.push(`section ${name} is missing`);
    else if (found.sha256 !== expected.sha256) problems.push(`section ${name} was changed`);
  }
  for (const name of Object.keys(sections)) {
    if (!Object.hasOwn(manifest.sections, name)) problems.push(`section ${name} was added`);
  }
  return { manifest, problems };
}

async function signed(signature: string, keys: JSONWebKeySet): Promise<Manifest | undefined> {
  try {
    const { payload, protectedHeader } = await compactVerify(signature, createLocalJWKSet(keys), {
      algorithms: ["ES256"],
    });
    if (protectedHeader.typ !== "cloister-evidence") return undefined;
    return Payload.parse(parseJson(new TextDecoder().decode(payload))).cloister_evidence;
  } catch {
    return undefined;
  }
}

async function readKeys(place: string): Promise<JSONWebKeySet> {
  const text = /^https?:/.test(place)
    ? await (await fetch(place, { redirect: "error" })).text()
    : await Deno.readTextFile(place);
  return KeySet.parse(parseJson(text));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function main(args: readonly string[]): Promise<number> {
  const at = args.indexOf("--jwks");
  const place = at < 0 ? undefined : args[at + 1];
  const [file] = args.toSpliced(at, 2);
  if (file === undefined || place === undefined) {
    console.error("usage: deno task evidence <bundle.json> --jwks <address or file>");
    return 2;
  }
  const { manifest, problems } = await verifyBundle(
    await Deno.readTextFile(file),
    await readKeys(place),
  );
  if (manifest !== undefined) console.log(describe(manifest));
  for (const problem of problems) console.error(`NOT AS IT WAS: ${problem}`);
  if (problems.length === 0) console.log("verified: signature and every section");
  return problems.length === 0 ? 0 : 1;
}

function describe({ id, kind, target, reason, since, until, frozen_at, ...rest }: Manifest) {
  return [
    `${id} of ${kind} ${target ?? ""}`.trimEnd(),
    `  because    ${JSON.stringify(reason)}`,
    `  from       ${since} to ${until}`,
    `  frozen     ${frozen_at} by ${rest.frozen_by}`,
    `  audit log  ${
      rest.audit_head ? `${rest.audit_head.seq} ${rest.audit_head.hash}` : "unknown"
    }`,
    ...Object.entries(rest.sections).map(([name, { sha256, bytes }]) =>
      `  ${name.padEnd(16)} ${String(bytes).padStart(9)} bytes  ${sha256}`
    ),
  ].join("\n");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
