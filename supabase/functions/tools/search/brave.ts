import * as z from "zod";
import type { Egress } from "../../_shared/egress/egress.ts";
import { ask, readJson, refusalOf, type Upstream } from "../../_shared/upstream.ts";
import type { Found, SearchEngine } from "./engine.ts";
import { type EngineOptions, MAX_BYTES, TIMEOUT_MS } from "./limits.ts";
import type { SearchArgs } from "./schema.ts";

const Result = z.object({
  title: z.string(),
  url: z.string(),
  description: z.string().nullish(),
  page_age: z.string().nullish(),
  age: z.string().nullish(),
});
const Reply = z.object({
  type: z.literal("search"),
  web: z.object({ results: z.array(Result) }).nullish(),
});

const FRESHNESS = { day: "pd", week: "pw", month: "pm", year: "py" } as const;
const MAX_PAGE = 20;

/** The web search of Brave. A page has 20 results at the most; what is more takes another page. */
export function createBrave(
  egress: Egress,
  { url, key, timeoutMs = TIMEOUT_MS }: EngineOptions & { key: string },
): SearchEngine {
  const headers = { "x-subscription-token": key };
  const upstream: Upstream = { name: "brave", url, headers, secrets: [key] };
  return {
    name: "brave",
    async search(args, signal) {
      const found: Found[] = [];
      let [bytesIn, bytesOut] = [0, 0];
      for (let offset = 0; found.length < args.count && offset * MAX_PAGE < args.count; offset++) {
        const response = await ask({ egress, upstream, signal }, {
          method: "GET",
          path: "/res/v1/web/search",
          query: queryOf(args, offset),
          timeoutMs,
          maxBytes: MAX_BYTES,
        });
        if (response.status !== 200) throw await refusalOf(upstream, response);
        const { web } = await readJson(upstream, response, Reply);
        found.push(...(web?.results ?? []).map(foundOf));
        const moved = response.moved();
        [bytesIn, bytesOut] = [bytesIn + moved.bytesIn, bytesOut + moved.bytesOut];
        if ((web?.results.length ?? 0) === 0) break;
      }
      return { found, bytesIn, bytesOut };
    },
  };
}

function queryOf({ query, count, freshness, country, language, safe }: SearchArgs, offset: number) {
  return {
    q: query,
    count: String(Math.min(count, MAX_PAGE)),
    offset: String(offset),
    safesearch: safe,
    text_decorations: "false",
    result_filter: "web",
    ...(freshness && { freshness: FRESHNESS[freshness] }),
    ...(country && { country: country.toUpperCase() }),
    ...(language && { search_lang: language.toLowerCase() }),
  };
}

function foundOf({ title, url, description, page_age, age }: z.infer<typeof Result>): Found {
  return { title, url, snippet: description ?? "", published: page_age ?? age ?? undefined };
}
