import type { Verification } from "../../supabase/functions/admin/sandbox/schema.ts";
import type { Control } from "./control.ts";
import type { EngineName } from "./options.ts";
import type { Played } from "./play.ts";

/** One engine: what it is, and what it came to; or why it is not here. */
export type Findings =
  | { engine: EngineName; unavailable: string; wanted: boolean }
  | { engine: EngineName; layers: readonly string[]; missing: readonly string[]; played: Played };

/** All that was verified. */
export interface Report {
  engines: Findings[];
  /** Null where it was left out. */
  control: Control | null;
  deployment: Verification | { failed: string } | null;
}

const CLASSES: Readonly<Record<string, string>> = {
  c: "CPU and termination",
  e: "egress",
  f: "files and host facts",
  h: "host death, memory, floods",
  n: "honest programs run",
  s: "realm escapes",
  t: "tools",
  x: "across tenants",
};

/** Whether everything that was asked for was there, and held. */
export function isSound({ engines, control, deployment }: Report): boolean {
  const held = engines.every((one) =>
    "played" in one ? one.played.breaches.length === 0 : !one.wanted
  );
  const someHeld = engines.some((one) => "played" in one) || deployment !== null;
  const live = control === null || (control.played > 0 && control.held.length === 0);
  return held && someHeld && live && isSoundDeployment(deployment);
}

/** What was skipped for want of time is not proven: it does not count as held. */
function isSoundDeployment(deployment: Report["deployment"]): boolean {
  if (deployment === null) return true;
  return !("failed" in deployment) && deployment.breached === 0 && deployment.skipped === 0 &&
    deployment.held > 0;
}

/** The report for people. */
export function describe(report: Report): string {
  return [
    ...report.engines.flatMap(describeEngine),
    ...describeControl(report.control),
    ...describeDeployment(report.deployment),
    "",
    isSound(report) ? "Everything held." : "NOT everything held: see the lines marked with !!.",
  ].join("\n");
}

function describeEngine(findings: Findings): string[] {
  if ("unavailable" in findings) {
    const mark = findings.wanted ? "!! " : "";
    return ["", `${mark}${findings.engine}: not here (${findings.unavailable})`];
  }
  const { engine, layers, missing, played } = findings;
  const rows = Object.entries(played.classes).map(([letter, { held, total }]) =>
    `  ${held === total ? "  " : "!!"} ${(CLASSES[letter] ?? letter).padEnd(28)} ${held}/${total}`
  );
  return [
    "",
    `${engine}: ${layers.join(" < ")} (${played.seconds} s)`,
    ...rows,
    ...missing.map((wall) => `     missing: ${wall}`),
    ...played.breaches.map(({ program, attempted, seen }) =>
      `  !! ${program}, which ${attempted}: ${seen.map(plain).join("; ")}`
    ),
  ];
}

function describeControl(control: Report["control"]): string[] {
  if (control === null) return [];
  const { played, held } = control;
  return [
    "",
    `control: ${played - held.length} of ${played} programs got out of a naive Worker`,
    ...held.map((name) => `  !! ${name} did not: what it proves elsewhere is in doubt`),
  ];
}

function describeDeployment(deployment: Report["deployment"]): string[] {
  if (deployment === null) return [];
  if ("failed" in deployment) {
    return ["", `!! the deployment did not verify itself: ${plain(deployment.failed)}`];
  }
  const { engine, layers, held, breached, skipped, programs } = deployment;
  const bad = programs.filter((program) => program.held === false);
  return [
    "",
    `the deployment, ${plain(engine)}: ${layers.map(plain).join(" < ")}`,
    `  ${
      breached + skipped === 0 ? "  " : "!!"
    } ${held} held, ${breached} breached, ${skipped} skipped`,
    ...bad.map(({ name, ending }) => `  !! ${plain(name)} ended as ${plain(ending)}`),
  ];
}

/** What a program or a deployment said must not steer a terminal. */
function plain(text: string): string {
  return JSON.stringify(text).slice(1, -1).replace(/[^\x20-\x7e]/gu, "?").slice(0, 300);
}
