/** How many rows are drawn above and below those that are seen. */
const MARGIN_ROWS = 10;

/** Which rows of a long list are drawn: from `first` on, up to and without `end`. */
export interface DrawnRows {
  readonly first: number;
  readonly end: number;
}

/** Those that are seen at a scroll position, and some around them; all sizes in px. */
export function drawnRows(
  { count, rowPx, topPx, heightPx }: {
    count: number;
    rowPx: number;
    topPx: number;
    heightPx: number;
  },
): DrawnRows {
  const first = Math.max(0, Math.floor(topPx / rowPx) - MARGIN_ROWS);
  const end = Math.min(count, Math.ceil((topPx + heightPx) / rowPx) + MARGIN_ROWS);
  return { first: Math.min(first, end), end };
}

/** Whether somebody reads the end of a list, so that what comes next should be seen, too. */
export function isAtEnd({ scrollTop, clientHeight, scrollHeight }: {
  scrollTop: number;
  clientHeight: number;
  scrollHeight: number;
}): boolean {
  return scrollHeight - scrollTop - clientHeight < 40;
}
