import { compared, FIGURES, ratioTable, summaryTable } from "./summary.ts";
import { SPACED } from "./measure/load.ts";
import { PROGRAMS } from "./programs.ts";
import { REFERENCE } from "./peers.ts";
import type { Results, Row } from "./results.ts";
import { ratio, show, table } from "./table.ts";
import { HOW, INTRODUCTION, MEANINGS, NOT_PEERS, WHY } from "./words.ts";

const WIDTHS = [1, 2, 8];
const SHARES = [0.5, 0.95, 0.99];
const CLASSES = {
  c: "CPU",
  e: "egress",
  f: "host facts",
  h: "host, memory, floods",
  s: "realm",
  t: "tools",
  x: "across tenants",
} as const;

/** Writes all figures down, in the repository's format. */
export async function writeReport(results: Results, file: string): Promise<void> {
  await Deno.writeTextFile(file, report(results));
  const { success } = await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", file] })
    .output();
  if (!success) throw new Error(`${file} cannot be formatted`);
}

function report(results: Results): string {
  const { machine, rows, lineMs, seconds } = results;
  return [
    INTRODUCTION,
    table(["machine", ""], [...machine, ["the run took", `${Math.round(seconds)} s`]]),
    "## The table\n",
    summaryTable(results),
    `\n### As multiples of \`${REFERENCE}\`\n`,
    ratioTable(results),
    WHY,
    ...rows.filter(({ peer }) => peer.ours).map((row) => losses(row, rows)),
    MEANINGS(lineMs),
    "## What a run does not share\n",
    freshTable(rows),
    NOT_PEERS,
    "## Attacks\n",
    attackTable(rows),
    ...rows.map(breachList),
    "## Every program, at 1, 2 and 8 at a time\n",
    ...[SPACED, ...PROGRAMS.map(({ name }) => name)].map((name) => programTable(name, rows)),
    ...troubles(rows),
    HOW,
  ].join("\n");
}

/** Every figure in which a peer is better than this row of ours, by how much. */
function losses(row: Row, rows: readonly Row[]): string {
  const lines = FIGURES.flatMap((figure) => {
    const own = compared(figure, row);
    if (own === undefined) return [];
    const better = rows.filter(({ peer }) => !peer.ours).flatMap((other) => {
      const value = compared(figure, other);
      if (value === undefined || value === Infinity) return [];
      const times = figure.lessIsBetter ? own / value : value / own;
      return times > 1.05 ? [{ name: other.peer.name, times }] : [];
    });
    const told = better.sort((a, b) => b.times - a.times)
      .map(({ name, times }) => `${name} ${show(times)}×`);
    return told.length === 0 ? [] : [`- ${figure.name}: ${told.join(", ")}`];
  });
  const intro = `\`${row.peer.name}\` is beaten by, and so many times:\n`;
  return `${intro}\n${lines.length === 0 ? "- nobody" : lines.join("\n")}\n`;
}

function freshTable(rows: readonly Row[]): string {
  const cells = ({ peer, about }: Row) => [
    peer.name,
    peer.fresh,
    peer.warm,
    peer.runtime,
    about === "" ? "" : `layers: ${about}`,
  ];
  return table(["sandbox", "fresh for each run", "ready before", "host", ""], rows.map(cells));
}

function attackTable(rows: readonly Row[]): string {
  const cells = ({ peer, score }: Row) => {
    const count = (letter: string) =>
      [...score?.breaches.keys() ?? []].filter((name) => name.startsWith(letter)).length;
    return [
      peer.name,
      score ? `${score.breaches.size} of ${score.attacks}` : peer.unscored ?? "–",
      score ? `${score.seen}` : "–",
      ...Object.keys(CLASSES).map((letter) => score ? `${count(letter)}` : "–"),
      score ? `${score.honest - score.refused.length} of ${score.honest}` : "–",
    ];
  };
  const head = ["sandbox", "breach", "of them seen by the bench", ...Object.values(CLASSES)];
  return table([...head, "honest programs that run"], rows.map(cells));
}

function breachList({ peer, score }: Row): string {
  if (!score || score.breaches.size + score.refused.length === 0) return "";
  const lines = [...score.breaches].map(([name, why]) =>
    `- \`${name}\`: ${why.map((each) => clean(each)).join("; ")}`
  );
  const refused = score.refused.map((name) => `- honest, but fails: \`${name}\``);
  const summary = `<summary>${peer.name}: ${score.breaches.size}</summary>`;
  return ["\n<details>", summary, "", ...lines, ...refused, "", "</details>"].join("\n");
}

/** What went wrong in the measured runs, if anything did. */
function troubles(rows: readonly Row[]): string[] {
  const told = rows.flatMap((row) => row.troubles()).map((trouble) => `- ${clean(trouble, 300)}`);
  return told.length === 0 ? [] : ["## What went wrong\n", ...told];
}

/** What a program says of itself is hostile text; of it a few plain characters are shown. */
function clean(why: string, most = 90): string {
  return why.replace(/[^\w .,:;()/-]/g, " ").replace(/ {2,}/g, " ").slice(0, most).trim();
}

function programTable(program: string, rows: readonly Row[]): string {
  const reference = rows.find(({ peer }) => peer.name === REFERENCE);
  const widths = program === SPACED ? [1] : WIDTHS;
  const head = ["sandbox", "at a time", "p50", "p95", "p99", "runs/s", "runs", "p50 to process"];
  const body = rows.flatMap((row) =>
    widths.map((atOnce) => [
      row.peer.name,
      `${atOnce}`,
      ...SHARES.map((share) => show(row.latencyMs(program, atOnce, share))),
      program === SPACED ? "–" : show(row.perSecond(program, atOnce)),
      `${row.find(program, atOnce)?.latenciesMs.length ?? 0}`,
      ratio(row.latencyMs(program, atOnce, 0.5), reference?.latencyMs(program, atOnce, 0.5)),
    ])
  );
  return `\n### ${program}\n\n${table(head, body)}\n`;
}
