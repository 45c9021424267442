import { type FakeService, type Heard, serveFake } from "./service.ts";

/** A page as SearXNG knows it. */
export interface SearxngPage {
  title: string;
  url: string;
  content: string;
  publishedDate?: string | null;
}

/** A SearXNG whose operator has opened the format `json`. */
export function startSearxng(pages: readonly SearxngPage[]): FakeService {
  return serveFake({
    error: { error: "Internal Server Error" },
    answer: (heard) => respond(heard, pages),
  });
}

function respond({ method, path, query }: Heard, pages: readonly SearxngPage[]): Response {
  if (method !== "GET" || path !== "/search") return new Response("Not found", { status: 404 });
  if (!query["q"]) return Response.json({ error: "No query" }, { status: 400 });
  if (query["format"] !== "json") return new Response("<html></html>");
  if (!["0", "1", "2"].includes(query["safesearch"] ?? "1")) {
    return Response.json({ error: "Invalid value" }, { status: 400 });
  }
  return Response.json({
    query: query["q"],
    number_of_results: 0,
    results: pages.map((page) => ({
      ...page,
      engine: "duckduckgo",
      template: "default.html",
      parsed_url: ["https", "example.com", "/", "", "", ""],
      engines: ["duckduckgo", "brave"],
      positions: [1],
      score: 1.5,
      category: "general",
    })),
    answers: [],
    corrections: [],
    infoboxes: [],
    suggestions: [],
    unresponsive_engines: [["google", "timeout"]],
  });
}
