/**
 * Checks the arrows between folders that CONTRIBUTING.md allows, and that no files import each
 * other in a circle. Ends non-zero with the offending imports.
 */
import { type Import, importGraph, sourceFiles } from "./graph.ts";

const FUNCTION = /^supabase\/functions\/(?!_shared\/)([^/]+)\//;
const SHARED = "supabase/functions/_shared/";
const SANDBOX = `${SHARED}sandbox/`;
const RUN = `${SHARED}run/`;
const TRACE = `${SHARED}trace/`;

/** Which imports a folder may make. The first row that fits a file counts. */
const RULES: readonly {
  of: RegExp;
  why: string;
  allows(arrow: Import): boolean;
}[] = [
  {
    of: /^supabase\/functions\/_shared\/sandbox\//,
    why: "the sandbox knows no HTTP and no database: it imports npm and itself",
    allows: ({ to }) =>
      to.startsWith(SANDBOX) ||
      (!to.startsWith("supabase/") && !isWeb(to) && isPackage(to)),
  },
  {
    of: /^supabase\/functions\/_shared\//,
    why: "the platform kit knows no function: it imports npm and itself",
    allows: ({ to }) => to.startsWith(SHARED) || isPackage(to),
  },
  {
    of: /^supabase\/functions\/[^/]+\/[^/]+\/schema\.ts$/,
    why: "a schema says what the wire carries: it imports zod, _shared schemas and its siblings",
    allows: ({ to }) =>
      to === "zod" || /\/schema\.ts$/.test(to) ||
      /_shared\/(ids|input_schema)\.ts$/.test(to),
  },
  {
    of: /^supabase\/functions\/[^/]+\/[^/]+\/repo\.ts$/,
    why: "a repo names tables: it imports schemas and _shared/db.ts",
    allows: ({ to, typeOnly }) =>
      typeOnly || to === "zod" || /\/schema\.ts$/.test(to) ||
      to === `${SHARED}db.ts`,
  },
  {
    of: FUNCTION,
    why: "functions share by SQL and never import each other",
    allows: ({ from, to }) =>
      to.startsWith(SHARED) || isPackage(to) ||
      FUNCTION.exec(to)?.[1] === FUNCTION.exec(from)?.[1],
  },
  {
    of: /^runner\//,
    why: "the runner knows the sandbox, and how a run is performed and traced, alone",
    allows: ({ to }) =>
      to.startsWith("runner/") || to.startsWith(SANDBOX) || to.startsWith(RUN) ||
      to.startsWith(TRACE) || to === `${SHARED}version.ts` || isPackage(to),
  },
  {
    of: /^sdk\//,
    why: "the SDK takes types from schemas and code from nowhere",
    allows: ({ to, typeOnly }) =>
      to.startsWith("sdk/") || isPackage(to) ||
      (typeOnly && /(\/schema\.ts|_shared\/fault\.ts)$/.test(to)),
  },
  {
    of: /^(cli|console)\//,
    why: "the CLI and the console are users of the SDK",
    allows: ({ from, to }) =>
      to.startsWith("sdk/") || isPackage(to) ||
      to.split("/")[0] === from.split("/")[0],
  },
];

/** Only tools may import these. */
const TOOLS = /^(dev|bench|scripts|tests)\//;

function isPackage(to: string): boolean {
  return !/^(supabase|runner|sdk|cli|console|dev|bench|scripts|tests)\//.test(to);
}

function isWeb(to: string): boolean {
  return /^(hono|@supabase|@upstash|jose)(\/|$)/.test(to);
}

function forbidden(arrow: Import): string | undefined {
  const rule = RULES.find(({ of }) => of.test(arrow.from));
  if (rule && !rule.allows(arrow)) return rule.why;
  if (TOOLS.test(arrow.to) && !TOOLS.test(arrow.from)) {
    return "nothing imports tools but tools";
  }
}

/** A circle of files that import each other at run time, if there is one. */
function findCycle(arrows: readonly Import[]): string[] | undefined {
  const next = Map.groupBy(arrows.filter(({ typeOnly }) => !typeOnly), ({ from }) => from);
  const done = new Set<string>();
  const visit = (file: string, trail: string[]): string[] | undefined => {
    if (trail.includes(file)) {
      return [...trail.slice(trail.indexOf(file)), file];
    }
    if (done.has(file)) return undefined;
    for (const { to } of next.get(file) ?? []) {
      const cycle = visit(to, [...trail, file]);
      if (cycle) return cycle;
    }
    done.add(file);
  };
  for (const file of next.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
}

if (import.meta.main) {
  const arrows = await importGraph(await sourceFiles());
  const problems = arrows.flatMap((arrow) => {
    const why = forbidden(arrow);
    return why ? [`${arrow.from} → ${arrow.to}: ${why}`] : [];
  });
  const cycle = findCycle(arrows);
  if (cycle) problems.push(`a circle: ${cycle.join(" → ")}`);
  for (const problem of problems) console.error(problem);
  console.log(`${arrows.length} imports, ${problems.length} forbidden`);
  if (problems.length > 0) Deno.exit(1);
}
