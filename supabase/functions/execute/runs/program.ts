import type { Mac } from "../../_shared/mac.ts";
import { sealText } from "../../_shared/prepared.ts";
import type { Job } from "../../_shared/sandbox/engine.ts";
import type { Settlement } from "../../_shared/run/ledger.ts";
import type { Program } from "./repo.ts";
import { NOTHING_USED } from "../../_shared/run/translate.ts";

/** A version's program as it was prepared and sealed, and what it was made from. */
export type SealedProgram = Pick<Program, "source_hash" | "language" | "program" | "seal">;

/** What turning a version into a job needs from outside. */
export interface ProgramDeps {
  /** Recognises the seals that were made when versions were accepted. */
  prepared: Mac;
  /** Fetches the version's source, for the rare case that it has to be compiled here. */
  source(): Promise<string>;
}

/**
 * The job for a version, or how its run ends when its source cannot run. A program that was
 * prepared when the version was accepted runs as it is; one without a valid seal, which somebody
 * wrote around the API, is made anew from the source, so that what runs is what an auditor reads.
 */
export async function jobFor(
  version: SealedProgram,
  { input, limits, tools }: Pick<Job, "input" | "limits" | "tools">,
  { prepared, source }: ProgramDeps,
): Promise<Job | Settlement> {
  const { source_hash, language, program, seal } = version;
  const job = { input, tools, limits };
  if (program !== null && seal !== null) {
    const text = sealText({ source_hash, language, program });
    if (await prepared.verify(text, seal)) return { ...job, program };
  }
  // The compiler is large and slow to start: only what needs it loads it.
  const { compile } = await import("../../_shared/sandbox/source/compile.ts");
  const result = await compile(await source(), language);
  return result.ok ? { ...job, program: result.program } : refusalOf(result.findings);
}

interface Refusal {
  severity: string;
  message: string;
  line: number;
  column: number;
}

function refusalOf(findings: readonly Refusal[]): Settlement {
  const [error] = findings.filter(({ severity }) => severity === "error");
  const { message = "The source cannot run.", ...place } = error ?? {};
  const where = "line" in place ? { line: place.line, column: place.column } : {};
  const what = { name: "SyntaxError", message, ...where };
  return { status: "failed", error: { kind: "syntax", ...what }, usage: NOTHING_USED };
}
