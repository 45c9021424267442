import type { EventRow } from "./event.ts";

/** How many rows are kept at most: some 500 KiB, and one write. */
export const MAX_ROWS = 500;

/** What an event is kept as, and up to how many rows: first whole, then only about whom, then what. */
const SHAPES: readonly [(row: EventRow) => EventRow, number][] = [
  [(row) => row, 350],
  [withoutDetails, 490],
  [withoutNames, MAX_ROWS],
];

/** Security events on their way to the database: equal ones are counted and not kept. */
export interface EventBuffer {
  add(row: EventRow): void;
  /** Everything, which is then the caller's. */
  take(): EventRow[];
  size(): number;
}

/**
 * A buffer that loses no count and never grows beyond `MAX_ROWS`: when it fills up, new events lose
 * their details first, and then whom they are about. Such rows say `folded` in their data.
 */
export function createBuffer(): EventBuffer {
  let kept = new Map<string, EventRow>();
  return {
    add(row) {
      for (const [shape, limit] of SHAPES) {
        const shaped = shape(row);
        const key = keyOf(shaped);
        const known = kept.get(key);
        if (known !== undefined) known.count += row.count;
        else if (kept.size < limit) kept.set(key, shaped);
        else continue;
        return;
      }
    },
    take() {
      const rows = [...kept.values()];
      kept = new Map();
      return rows;
    },
    size: () => kept.size,
  };
}

/**
 * What makes two events equal: all but when they were, which request it was, and what the client
 * called itself, which it could change each time.
 */
function keyOf(row: EventRow): string {
  const { id: _id, at: _at, count: _count, request_id: _request, user_agent: _agent, ...same } =
    row;
  return JSON.stringify(same);
}

/** An event with nothing but its type and whom it is about. */
export function withoutDetails(row: EventRow): EventRow {
  const nothing = { user_agent: null, request_id: null, method: null, route: null, code: null };
  return { ...row, ...nothing, data: { folded: true } };
}

function withoutNames(row: EventRow): EventRow {
  return { ...withoutDetails(row), user_id: null, key_id: null, address: null };
}
