import { SPACED, WIDEST } from "./measure/load.ts";
import { REFERENCE } from "./peers.ts";
import { PROGRAMS } from "./programs.ts";
import { quantile, type Results, type Row } from "./results.ts";
import { ratio, show, table } from "./table.ts";

const MB = 1e6;

/** One figure of each row, and whether less of it is better. */
export interface Figure {
  name: string;
  unit: string;
  lessIsBetter: boolean;
  /** Smaller values are told as they are, but not compared: they cannot be told apart. */
  floor?: number;
  of(row: Row): number | undefined;
}

const [hello, ...others] = PROGRAMS.map(({ name }) => name);

/** The figures that a row is judged by. */
export const FIGURES: readonly Figure[] = [
  {
    name: SPACED,
    unit: "ms",
    lessIsBetter: true,
    of: (row) => row.latencyMs(SPACED, 1, 0.5),
  },
  {
    name: `${hello}, ${WIDEST} at a time`,
    unit: "runs/s",
    lessIsBetter: false,
    of: (row) => row.perSecond(hello ?? "", WIDEST),
  },
  ...others.map((name): Figure => ({
    name,
    unit: "ms",
    lessIsBetter: true,
    of: (row) => row.latencyMs(name, 1, 0.5),
  })),
  {
    name: "each idle sandbox",
    unit: "MB",
    lessIsBetter: true,
    floor: 1,
    of: ({ idle }) => idle && Math.max(0, idle.eachBytes / MB),
  },
  {
    name: "with its host",
    unit: "MB",
    lessIsBetter: true,
    of: ({ idle }) => idle && idle.wholeBytes / MB,
  },
  {
    name: "`for(;;);` dead after",
    unit: "ms",
    lessIsBetter: true,
    floor: 5,
    of: ({ kill }) => kill && killedMs(kill),
  },
];

/** The middle of the attempts; endless if one was never seen to stop. */
function killedMs({ deadMs, attempts }: NonNullable<Row["kill"]>): number {
  return deadMs.length < attempts ? Infinity : quantile(deadMs, 0.5) ?? Infinity;
}

/** A figure as it is compared with another row's. */
export function compared(figure: Figure, row: Row): number | undefined {
  const value = figure.of(row);
  return value === undefined ? undefined : Math.max(value, figure.floor ?? 0);
}

/** The table of all rows and figures. */
export function summaryTable({ rows }: Results): string {
  const head = ["sandbox", ...FIGURES.map(({ name, unit }) => `${name} (${unit})`)];
  const cells = (row: Row) => [
    row.peer.ours ? `**${row.peer.name}**` : row.peer.name,
    ...FIGURES.map((figure) => showFigure(figure.of(row))),
    scoreOf(row),
  ];
  return table([...head, "attacks that breach"], rows.map(cells));
}

/** The same figures as multiples of the reference's. */
export function ratioTable({ rows }: Results): string {
  const reference = rows.find(({ peer }) => peer.name === REFERENCE);
  const cells = (row: Row) => [
    row.peer.name,
    ...FIGURES.map((figure) => {
      const value = compared(figure, row);
      return value === Infinity ? "never" : ratio(value, reference && compared(figure, reference));
    }),
  ];
  return table(["sandbox", ...FIGURES.map(({ name }) => name)], rows.map(cells));
}

function showFigure(value: number | undefined): string {
  return value === Infinity ? "never" : show(value);
}

function scoreOf({ score, peer }: Row): string {
  if (score) return `${score.breaches.size} of ${score.attacks}`;
  return peer.unscored === undefined ? "–" : "not scored";
}

/** Prints what a reader at a terminal wants to see. */
export function printSummary(results: Results): void {
  console.log(summaryTable(results));
  for (const row of results.rows) row.troubles().forEach((trouble) => console.log(trouble));
  console.log(`\n${Math.round(results.seconds)} s in all`);
}
