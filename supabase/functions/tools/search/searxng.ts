import * as z from "zod";
import type { Egress } from "../../_shared/egress/egress.ts";
import { ask, readJson, refusalOf, type Upstream } from "../../_shared/upstream.ts";
import type { SearchEngine } from "./engine.ts";
import { type EngineOptions, MAX_BYTES, TIMEOUT_MS } from "./limits.ts";
import type { SearchArgs } from "./schema.ts";

const Reply = z.object({
  query: z.string(),
  results: z.array(z.object({
    title: z.string().nullish(),
    url: z.string().nullish(),
    content: z.string().nullish(),
    publishedDate: z.string().nullish(),
  })),
});

const SAFE = { moderate: "1", strict: "2" } as const;

/** A SearXNG of the operator's own; `json` must be among its `search.formats`. */
export function createSearxng(
  egress: Egress,
  { url, timeoutMs = TIMEOUT_MS }: EngineOptions,
): SearchEngine {
  const upstream: Upstream = { name: "searxng", url, headers: {}, secrets: [] };
  return {
    name: "searxng",
    async search(args, signal) {
      const question = { method: "GET", path: "/search", query: queryOf(args) } as const;
      const limits = { timeoutMs, maxBytes: MAX_BYTES };
      const response = await ask({ egress, upstream, signal }, { ...question, ...limits });
      if (response.status !== 200) throw await refusalOf(upstream, response);
      const { results } = await readJson(upstream, response, Reply);
      const found = results.map(({ title, url, content, publishedDate }) => ({
        title: title ?? "",
        url: url ?? "",
        snippet: content ?? "",
        published: publishedDate ?? undefined,
      }));
      return { found, ...response.moved() };
    },
  };
}

function queryOf({ query, freshness, country, language, safe }: SearchArgs) {
  const tongue = language?.toLowerCase();
  return {
    q: query,
    format: "json",
    categories: "general",
    safesearch: SAFE[safe],
    ...(freshness && { time_range: freshness }),
    ...(tongue && { language: country ? `${tongue}-${country.toUpperCase()}` : tongue }),
  };
}
