import * as z from "zod";
import { type FakeService, type Heard, serveFake } from "./service.ts";

/** The token that the fake takes. */
export const BRAVE_KEY = "BSA-0123456789abcdef";

/** A page as Brave knows it. */
export interface BravePage {
  title: string;
  url: string;
  description: string;
  page_age?: string;
}

const Query = z.strictObject({
  q: z.string().min(1).max(400),
  count: z.coerce.number().int().min(1).max(20),
  offset: z.coerce.number().int().min(0).max(9),
  safesearch: z.enum(["off", "moderate", "strict"]),
  freshness: z.enum(["pd", "pw", "pm", "py"]).optional(),
  country: z.string().regex(/^[A-Z]{2}$/).optional(),
  search_lang: z.string().min(2).optional(),
  text_decorations: z.stringbool().optional(),
  result_filter: z.string().optional(),
});

/** The web search of Brave over a web of the given pages. */
export function startBrave(pages: readonly BravePage[]): FakeService {
  const error = { code: "INTERNAL", detail: "Internal error", status: 500 };
  return serveFake({
    error: { type: "ErrorResponse", error },
    answer: (heard) => respond(heard, pages),
  });
}

function respond({ method, path, query, headers }: Heard, pages: readonly BravePage[]): Response {
  if (method !== "GET" || path !== "/res/v1/web/search") return refusal(404, "NOT_FOUND");
  if (headers["x-subscription-token"] !== BRAVE_KEY) {
    return refusal(422, "SUBSCRIPTION_TOKEN_INVALID");
  }
  const parsed = Query.safeParse(query);
  if (!parsed.success) return refusal(422, "VALIDATION");
  const { q, count, offset } = parsed.data;
  const shown = pages.slice(offset * count, (offset + 1) * count);
  return Response.json({
    type: "search",
    query: { original: q, more_results_available: (offset + 1) * count < pages.length },
    mixed: { type: "mixed", main: [], top: [], side: [] },
    web: {
      type: "search",
      family_friendly: true,
      results: shown.map((page) => ({
        ...page,
        is_source_local: false,
        is_source_both: false,
        type: "search_result",
        subtype: "generic",
        language: "en",
      })),
    },
  });
}

function refusal(status: number, code: string): Response {
  const error = { id: crypto.randomUUID(), status, code, detail: "Unable to validate" };
  return Response.json({ type: "ErrorResponse", error, time: 1_741_569_952 }, { status });
}
