import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useAction, useLoad } from "./load.ts";
import { ProblemView } from "./problem.tsx";
import { Empty, Loading } from "./states.tsx";
import { shown } from "./visible.ts";

/** A column: its heading, and what a row shows there. */
export interface Column<T> {
  readonly head: string;
  readonly cell: (item: T) => ComponentChildren;
  /** Numbers stand to the right. */
  readonly end?: boolean;
}

/** A table; on a phone each row becomes a card whose cells carry their heading. */
export function Table<T>({ caption, columns, items, rowKey }: {
  /** What the table lists, for screen readers. */
  caption: string;
  columns: readonly Column<T>[];
  items: readonly T[];
  rowKey: (item: T) => string;
}) {
  return (
    <div class="table" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ head, end }) => (
              <th key={head} scope="col" class={end ? "end" : ""}>
                {head || <span class="hidden">Actions</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr key={rowKey(item)}>
              {columns.map(({ head, cell, end }) => (
                <td key={head} data-head={head} class={end ? "end" : ""}>{shown(cell(item))}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** One page of a list, as the API answers it. */
export interface Slice<T> {
  readonly data: readonly T[];
  readonly next_cursor: string | null;
}

/** A list in pages, as far as it was asked for. */
export interface Pages<T> {
  /** Undefined until the first page came. */
  readonly items: readonly T[] | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  /** Brings the next page, when there is one. */
  readonly more: (() => void) | undefined;
  /** Starts over with the first page. */
  reload(): void;
}

/** A list in pages: the first when it opens or `on` changes, more at the press of a button. */
export function usePages<T>(
  load: (cursor: string | undefined, signal?: AbortSignal) => Promise<Slice<T>>,
  on: readonly unknown[] = [],
): Pages<T> {
  const first = useLoad((signal) => load(undefined, signal), on);
  const [later, setLater] = useState<Later<T>>({ of: undefined, slices: [] });
  const more = later.of === first.data ? later.slices : [];
  const slices = first.data === undefined ? [] : [first.data, ...more];
  const next = slices.at(-1)?.next_cursor ?? undefined;
  const action = useAction(async () => {
    const slice = await load(next);
    setLater({ of: first.data, slices: [...more, slice] });
  });
  const loading = first.loading || action.busy;
  return {
    items: first.data && slices.flatMap(({ data }) => data),
    error: first.error ?? action.error,
    loading,
    more: next === undefined || loading ? undefined : () => void action.run(),
    reload: first.reload,
  };
}

/** The pages after the first, and the first that they belong to. */
interface Later<T> {
  readonly of: Slice<T> | undefined;
  readonly slices: readonly Slice<T>[];
}

/** A table over {@link usePages}: loading, empty, failed, and more. */
export function PagedTable<T>({ pages, empty, ...table }: {
  pages: Pages<T>;
  /** What to say when there is nothing. */
  empty: ComponentChildren;
  caption: string;
  columns: readonly Column<T>[];
  rowKey: (item: T) => string;
}) {
  const { items, error, loading, more, reload } = pages;
  return (
    <>
      <ProblemView error={error} retry={reload} />
      {items === undefined && loading && <Loading />}
      {items?.length === 0 && !loading &&
        (typeof empty === "string" ? <Empty title={empty} /> : empty)}
      {items !== undefined && items.length > 0 && <Table {...table} items={items} />}
      <Pager more={more} loading={loading && items !== undefined} />
    </>
  );
}

/** The button that brings the next page, when there is one. */
export function Pager({ more, loading }: { more: (() => void) | undefined; loading: boolean }) {
  if (loading) return <p class="loading" aria-busy="true">Loading…</p>;
  if (more === undefined) return null;
  return <button type="button" class="secondary more" onClick={more}>Show more</button>;
}
