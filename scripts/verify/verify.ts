import { EngineUnavailable } from "../../supabase/functions/_shared/sandbox/engine.ts";
import { type Attack, readAttacks } from "../../tests/attacks/program.ts";
import { playControl } from "./control.ts";
import { verifyDeployment } from "./deployment.ts";
import { openSubject, type ProcessChoice, type Subject } from "./engines.ts";
import type { EngineName, Options } from "./options.ts";
import { playAll } from "./play.ts";
import type { Findings, Report } from "./report.ts";

const PROGRAMS = new URL("../../tests/attacks/programs", import.meta.url);

/** Where a verification gets its engines, and whom it tells how far it is. */
export interface Means {
  open(name: EngineName, process: ProcessChoice): Promise<Subject>;
  tell(text: string): void;
}

/** The means of an operator's shell, with its environment. */
export function shellMeans(env: Record<string, string>): Means {
  const encoder = new TextEncoder();
  return {
    open: (name, process) => openSubject(name, env, process),
    tell: (text) => void Deno.stderr.writeSync(encoder.encode(text)),
  };
}

/** Verifies all that was asked for. */
export async function verify(options: Options, means: Means): Promise<Report> {
  const attacks = (await readAttacks(PROGRAMS)).filter(({ name }) => name.startsWith(options.only));
  const engines: Findings[] = [];
  for (const name of options.engines) {
    engines.push(await verifyEngine(name, attacks, options, means));
  }
  if (!options.quick) means.tell("control\n");
  const control = options.quick ? undefined : await playControl(attacks);
  const { deployment } = options;
  return {
    engines,
    control: control ?? null,
    deployment: deployment === undefined ? null : await verifyDeployment(deployment)
      .catch((thrown: unknown) => ({ failed: messageOf(thrown) })),
  };
}

async function verifyEngine(
  engine: EngineName,
  attacks: readonly Attack[],
  { wanted, process }: Options,
  means: Means,
): Promise<Findings> {
  try {
    await using subject = await means.open(engine, process);
    means.tell(`${engine} `);
    const note = (held: boolean) => means.tell(held ? "." : "!");
    const played = await playAll(subject.engine, attacks, note);
    means.tell("\n");
    return { engine, layers: subject.layers, missing: subject.missing, played };
  } catch (thrown) {
    if (!(thrown instanceof EngineUnavailable)) throw thrown;
    return { engine, unavailable: thrown.message, wanted: wanted.includes(engine) };
  }
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : "unknown";
}
