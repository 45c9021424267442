import { ToolRefusal } from "../../_shared/policy/refusal.ts";
import { fence } from "../../_shared/untrusted/suspect.ts";
import { defineTool, type Tool } from "../calls/tool.ts";
import type { SearchEngine } from "./engine.ts";
import { SearchArgs } from "./schema.ts";
import { type Result, sift } from "./sift.ts";

/** What the tool is made of. */
export interface SearchToolDeps {
  /** Undefined where this deployment has none. */
  engine: SearchEngine | undefined;
  /** Hosts whose pages no search shows. */
  blocked: readonly string[];
}

/**
 * `search`: one question to a search engine. What comes back is checked, cleaned and marked as what
 * strangers wrote; `as_prompt` is the same between marks that none of them can have known.
 */
export function createSearchTool({ engine, blocked }: SearchToolDeps): Tool {
  return defineTool({
    name: "search",
    grant: "search",
    args: SearchArgs,
    plan: ({ query }) => ({
      target: query,
      summary: { query },
      check() {},
      amounts: ({ max_calls }) => [
        { scope: "run", what: "search_calls", amount: 1, most: max_calls },
      ],
    }),
    async perform(args, { granted, ceiling, signal }) {
      if (engine === undefined) {
        throw new ToolRefusal("unavailable", "This deployment has no search engine.");
      }
      const max = Math.min(args.count, granted.max_results, ceiling.max_results);
      const { found, bytesIn, bytesOut } = await engine.search({ ...args, count: max }, signal);
      const sifted = sift(found, { blocked, max });
      const value = {
        engine: engine.name,
        query: args.query,
        ...sifted,
        untrusted: true,
        as_prompt: promptOf(sifted.results),
      };
      return { value, bytesIn, bytesOut };
    },
  });
}

function promptOf(results: readonly Result[]): string {
  return fence(
    results.map(({ title, url, snippet }, at) => `${at + 1}. ${title}\n${url}\n${snippet}`)
      .join("\n\n"),
  );
}
