import type { Moved } from "../../_shared/egress/egress.ts";
import type { SearchArgs } from "./schema.ts";

/** What an engine found, as it says so: nothing of it is to be believed. */
export interface Found {
  title: string;
  url: string;
  snippet: string;
  /** When it was published or changed, in the engine's own words. */
  published: string | undefined;
}

/** Everything that an engine found, and the bytes that moved for it. */
export interface Findings extends Moved {
  found: readonly Found[];
}

/** A search engine. Throws `ToolRefusal` `upstream_failed` or `timed_out`. */
export interface SearchEngine {
  name: string;
  search(args: SearchArgs, signal: AbortSignal): Promise<Findings>;
}
