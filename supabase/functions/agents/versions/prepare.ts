import { Fault } from "../../_shared/fault.ts";
import { parseInputSchema } from "../../_shared/input_schema.ts";
import type { Mac } from "../../_shared/mac.ts";
import { SHELL_COMMANDS } from "../../_shared/policy/commands.ts";
import type { Policy } from "../../_shared/policy/schema.ts";
import { sealText, sha256 } from "../../_shared/prepared.ts";
import { compile } from "../../_shared/sandbox/source/compile.ts";
import type { Finding, NewVersion } from "./schema.ts";

/** A version as the database takes it: what is JSON crosses as text. */
export interface PreparedVersion {
  source: string;
  language: string;
  input_schema?: string;
  /** With every default written out: what is approved does not change with the defaults. */
  policy: string;
  findings: string;
  program: string;
  seal: string;
}

/**
 * Checks a draft before anything is written: its source must be able to run, its schema must be
 * one that can be checked. What was compiled is sealed and kept, so that no run compiles it again.
 */
export async function prepareVersion(
  draft: Omit<NewVersion, "publish">,
  mac: Mac,
): Promise<{ version: PreparedVersion; findings: readonly Finding[] }> {
  const { source, language, input_schema } = draft;
  const policy = JSON.stringify(draft.policy);
  const compiled = await compile(source, language);
  if (!compiled.ok) throw new Fault("invalid_source", undefined, { items: compiled.findings });
  const { program } = compiled;
  const findings = [...compiled.findings, ...remarksOn(draft.policy)];
  const seal = await mac.sign(sealText({ source_hash: await sha256(source), language, program }));
  const schema = input_schema && JSON.stringify(parseInputSchema(input_schema));
  const version = { source, language, findings: JSON.stringify(findings), program, seal, policy };
  return { findings, version: schema === null ? version : { ...version, input_schema: schema } };
}

/** A list of findings is bounded: of many names that are none the first ones are told. */
const MAX_REMARKS = 50;

/** What a policy grants to no avail: no line can have such a command, today at least. */
function remarksOn({ shell }: Policy): Finding[] {
  const unknown = shell?.commands.filter((name) => !SHELL_COMMANDS.includes(name)) ?? [];
  return unknown.slice(0, MAX_REMARKS).map((name) => ({
    severity: "warning",
    code: "unknown_command",
    message: `The policy grants the command ${name}, which the shell does not have.`,
    line: 1,
    column: 1,
  }));
}
