import "./run.css";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RunEvent } from "../../../sdk/mod.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/form.tsx";
import { JsonView } from "../../ui/json.tsx";
import { save } from "../../ui/save.ts";
import { gravityOf, summaryOf } from "./summary.ts";
import { drawnRows, isAtEnd } from "./window.ts";

/** As in run.css. */
const ROW_PX = 28;

const KINDS = [
  ["", "Everything"],
  ["log", "Logs"],
  ["output", "Outputs"],
  ["tool.", "Tool calls"],
  ["run.", "The run itself"],
] as const;

/**
 * What happened in a run, line by line. Only the lines that are seen are drawn, so that a log of
 * many megabytes scrolls like a short one. `count` grows with the list, which stays the same.
 */
export function Log({ events, count, live, file }: {
  events: readonly RunEvent[];
  count: number;
  live: boolean;
  file: string;
}) {
  const [kind, setKind] = useState("");
  const [word, setWord] = useState("");
  const [chosen, setChosen] = useState<RunEvent>();
  const found = useFound(events, { count, kind, word });
  const saveAll = () => {
    const lines = events.map((event) => `${JSON.stringify(event)}\n`);
    save(new Blob(lines, { type: "application/x-ndjson" }), `${file}.ndjson`);
  };
  return (
    <div class="log-view">
      <div class="filter-row">
        <TextField label="Find" type="search" value={word} onInput={setWord} />
        <SelectField label="Show" value={kind} onInput={setKind} options={KINDS} />
        <button type="button" class="outline" onClick={saveAll}>Save all</button>
      </div>
      <p class="quiet" role="status">
        {found.length === count ? `${count} events` : `${found.length} of ${count} events`}
      </p>
      <Rows events={found} count={found.length} live={live} onChoose={setChosen} />
      {chosen && (
        <Dialog
          title={`Event ${chosen.seq}: ${chosen.type}`}
          wide
          onClose={() => setChosen(undefined)}
        >
          <JsonView value={chosen.data} label="Data of the event" file={`${file}-${chosen.seq}`} />
        </Dialog>
      )}
    </div>
  );
}

/** What is looked for; events that were looked through are not looked through again. */
function useFound(
  events: readonly RunEvent[],
  { count, kind, word }: { count: number; kind: string; word: string },
): readonly RunEvent[] {
  const search = useMemo(() => ({ seen: 0, found: Array<RunEvent>() }), [events, kind, word]);
  if (kind === "" && word === "") return events;
  const wanted = word.toLowerCase();
  for (; search.seen < count; search.seen++) {
    const event = events[search.seen];
    if (event === undefined || !event.type.startsWith(kind)) continue;
    if (JSON.stringify(event.data).toLowerCase().includes(wanted)) search.found.push(event);
  }
  return search.found;
}

function Rows({ events, count, live, onChoose }: {
  events: readonly RunEvent[];
  count: number;
  live: boolean;
  onChoose(event: RunEvent): void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const stays = useRef(true);
  const [topPx, setTop] = useState(0);
  useLayoutEffect(() => {
    if (live && stays.current && box.current) box.current.scrollTop = count * ROW_PX;
  }, [count, live]);
  const scrolled = () => {
    if (box.current === null) return;
    stays.current = isAtEnd(box.current);
    setTop(box.current.scrollTop);
  };
  const heightPx = box.current?.clientHeight || 600;
  const { first, end } = drawnRows({ count, rowPx: ROW_PX, topPx, heightPx });
  const start = events[0] === undefined ? 0 : Date.parse(events[0].at);
  return (
    <div ref={box} class="log" tabIndex={0} role="region" aria-label="Events" onScroll={scrolled}>
      <ol style={{ height: `${count * ROW_PX}px` }}>
        {events.slice(first, end).map((event, index) => (
          <li
            key={event.seq}
            aria-setsize={count}
            aria-posinset={first + index + 1}
            style={{ top: `${(first + index) * ROW_PX}px` }}
          >
            <button
              type="button"
              class={`row ${gravityOf(event)}`}
              onClick={() => onChoose(event)}
            >
              <span class="at">{offset(Date.parse(event.at) - start)}</span>
              <span class="type">{event.type}</span>
              <span class="text">
                <bdi>{summaryOf(event)}</bdi>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

function offset(ms: number): string {
  return `+${(ms / 1000).toFixed(ms < 100_000 ? 3 : 0)}`;
}
