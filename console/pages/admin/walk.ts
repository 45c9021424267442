import type { ChainReport } from "../../../sdk/wire.ts";

/** As many entries are verified at a time: a statement of a caller has eight seconds on Supabase. */
const STRETCH = 100_000;

/** A number and its hash that somebody kept: the log must still have that entry. */
export interface Remembered {
  readonly seq: number;
  readonly hash: string;
}

/** What a walk over the whole log came to. */
export interface Walk {
  /** What the last stretch said, or the first one that does not hold. */
  readonly report: ChainReport;
  /** How many entries were found whole, of all stretches. */
  readonly checked: number;
  /** Whether what somebody remembered could be compared with anything. */
  readonly compared: boolean;
}

/** Asks about one stretch. */
export type Ask = (query: {
  since_seq?: number;
  until_seq: number;
  expected_seq?: number;
  expected_hash?: string;
}) => Promise<ChainReport>;

/** Walks the log's chain stretch by stretch, until its end or the first thing that is wrong. */
export async function walkChain(
  ask: Ask,
  remembered: Remembered | undefined,
  progress: (walk: Walk) => void = () => {},
): Promise<Walk> {
  const expected = remembered && { expected_seq: remembered.seq, expected_hash: remembered.hash };
  let report = await ask({ until_seq: STRETCH, ...expected });
  let { checked, compared } = report;
  while (report.ok && report.until_seq < report.head_seq) {
    progress({ report, checked, compared });
    const since = report.until_seq + 1;
    report = await ask({ since_seq: since, until_seq: since + STRETCH - 1, ...expected });
    if (report.checked === 0) break;
    checked += report.checked;
    compared ||= report.compared;
  }
  return { report, checked, compared };
}
