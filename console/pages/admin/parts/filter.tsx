import "../admin.css";
import { useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { useAction } from "../../../ui/load.ts";
import { Form, SelectField, TextField } from "../../../ui/form.tsx";

/** One thing that a list can be narrowed by. */
export interface Filter<Name extends string> {
  readonly name: Name;
  readonly label: string;
  /** The only values there are; any text if left out. */
  readonly options?: readonly string[];
  readonly type?: "text" | "datetime-local";
  readonly placeholder?: string;
}

/** What a list is narrowed by just now: it stands in the address, so a link says it too. */
export interface Filtering<Name extends string> {
  readonly filters: readonly Filter<Name>[];
  /** Changes whenever any value does. */
  readonly key: string;
  value(name: Name): string | undefined;
  choose(values: ReadonlyMap<string, string>): void;
}

/** Reads the address's query as far as it is one of the filters; what else stands there is left. */
export function useFilters<const Name extends string>(
  filters: readonly Filter<Name>[],
): Filtering<Name> {
  const { path, query, route } = useLocation();
  const value = (name: Name) => {
    const said = query[name];
    const options = filters.find((filter) => filter.name === name)?.options;
    return said && (options?.includes(said) ?? true) ? said : undefined;
  };
  const choose = (values: ReadonlyMap<string, string>) => {
    const chosen = filters.flatMap(({ name }) => {
      const said = values.get(name);
      return said ? [[name, said]] : [];
    });
    route(chosen.length === 0 ? path : `${path}?${new URLSearchParams(chosen)}`);
  };
  const key = JSON.stringify(filters.map(({ name }) => value(name) ?? null));
  return { filters, key, value, choose };
}

/** The filters as a form. Nothing is asked for before somebody sends it. */
export function FilterForm<Name extends string>({ filtering }: { filtering: Filtering<Name> }) {
  const [draft, setDraft] = useState<ReadonlyMap<string, string>>(new Map());
  useEffect(() => {
    setDraft(new Map(filtering.filters.map(({ name }) => [name, filtering.value(name) ?? ""])));
  }, [filtering.key]);
  const action = useAction(() => Promise.resolve(filtering.choose(draft)));
  const clear = () => filtering.choose(new Map());
  const isNarrowed = filtering.filters.some(({ name }) => filtering.value(name) !== undefined);
  return (
    <search class="filters">
      <Form
        action={action}
        submit="Filter"
        extra={isNarrowed &&
          <button type="button" class="secondary" onClick={clear}>Show all</button>}
      >
        {filtering.filters.map((filter) => (
          <FilterField
            key={filter.name}
            filter={filter}
            value={draft.get(filter.name) ?? ""}
            onInput={(value) => setDraft(new Map(draft).set(filter.name, value))}
          />
        ))}
      </Form>
    </search>
  );
}

function FilterField({ filter: { label, options, type = "text", placeholder }, value, onInput }: {
  filter: Filter<string>;
  value: string;
  onInput(value: string): void;
}) {
  const field = { label, value, onInput };
  if (options === undefined) {
    return <TextField {...field} type={type} {...placeholder && { placeholder }} />;
  }
  const named = options.map((option) => [option, option.replaceAll("_", " ")] as const);
  return <SelectField {...field} options={[["", "any"], ...named]} />;
}

/** The value, if it is one of those that there are. */
export function oneOf<const T extends string>(
  options: readonly T[],
  value: string | undefined,
): T | undefined {
  return options.find((option) => option === value);
}

/** A moment as a field of the browser has it, local and without a zone, as the API takes it. */
export function moment(local: string | undefined): string | undefined {
  if (local === undefined) return undefined;
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? local : at.toISOString();
}
