import { toBase64 } from "../../supabase/functions/_shared/base64.ts";
import { echoesOf } from "./echo.ts";
import { type FakeService, type Heard, serveFake } from "./service.ts";

/**
 * OpenAI, Anthropic, GitHub, Brave and Resend in one, which take every key and say it back in every
 * way, in whatever they answer: texts, streams, files, refusals, headers, and what nobody can read.
 */
export function startParrot(): FakeService {
  return serveFake({ error: {}, answer: respond });
}

function respond(heard: Heard): Response {
  const { authorization, "x-api-key": apiKey, "x-subscription-token": token } = heard.headers;
  const key = authorization ?? apiKey ?? token ?? "nothing";
  const said = echoesOf(key).join("\n");
  const asked = JSON.stringify([heard.path, heard.body]);
  const answer = asked.includes("refused")
    ? refusal(said)
    : asked.includes("broken")
    ? new Response(said)
    : speak(heard, said);
  answer.headers.set("x-heard", encodeURIComponent(key));
  return answer;
}

function refusal(message: string): Response {
  return Response.json({ error: { message, type: message }, message, name: message }, {
    status: 401,
  });
}

function speak({ path, body }: Heard, said: string): Response {
  switch (path) {
    case "/v1/chat/completions":
      return JSON.stringify(body).includes('"stream":true') ? streamed(said) : completed(said);
    case "/v1/messages": {
      const usage = { input_tokens: 1, output_tokens: 1 };
      const content = [{ type: "text", text: said }];
      const message = { id: said, type: "message", role: "assistant", model: said, content };
      return Response.json({ ...message, stop_reason: "end_turn", usage });
    }
    case "/res/v1/web/search": {
      const page = { title: said, url: "https://example.com/", description: said };
      return Response.json({ type: "search", web: { results: [page] } });
    }
    case "/emails":
      return Response.json({ id: said.split("\n")[0] });
    default:
      return read(path, said);
  }
}

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

function completed(content: string): Response {
  const choice = { index: 0, message: { role: "assistant", content }, finish_reason: "stop" };
  return Response.json({ id: content, model: content, choices: [choice], usage: USAGE });
}

/** A piece for each form: what is split over pieces is not looked for. */
function streamed(said: string): Response {
  const pieces = said.split("\n");
  const events: unknown[] = pieces.map((content) => ({
    choices: [{ index: 0, delta: { content } }],
  }));
  events.push({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
  events.push({ choices: [], usage: USAGE });
  const lines = events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
  const headers = { "content-type": "text/event-stream" };
  return new Response(`${lines}data: [DONE]\n\n`, { headers });
}

/** GitHub's files, in base64 with line breaks as GitHub has it, and its issues. */
function read(path: string, said: string): Response {
  if (path.includes("/contents/")) {
    const bytes = new TextEncoder().encode(said);
    const content = toBase64(bytes).replace(/.{60}/g, "$&\n");
    const file = { type: "file", path: "a.txt", sha: "0".repeat(40), size: bytes.length };
    return Response.json({ ...file, encoding: "base64", content });
  }
  if (path.includes("/issues/")) {
    const issue = { number: 1, title: said, body: said, state: "open", user: { login: said } };
    return Response.json({ ...issue, labels: [said], comments: 0 });
  }
  const repository = { full_name: path.slice("/repos/".length), private: false };
  return Response.json({ ...repository, description: said, default_branch: said, topics: [said] });
}
