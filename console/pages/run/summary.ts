import type { RunEvent } from "../../../sdk/mod.ts";
import { visible } from "../../ui/visible.ts";

/** A row is one line: what does not fit is in the event's details. */
const MAX_CHARS = 400;

/** What an event says, in one line of plain text. */
export function summaryOf({ type, data }: RunEvent): string {
  const text = typeof data === "object" && data !== null ? ofFields(type, data) : undefined;
  return oneLine(text ?? JSON.stringify(data) ?? "");
}

/** How grave an event is. */
export function gravityOf({ type, data }: RunEvent): "" | "warn" | "bad" | "good" {
  const level = type === "log" ? field(data, "level") : undefined;
  if (level === "error" || (type === "tool.result" && field(data, "ok") === false)) return "bad";
  if (level === "warn" || type === "tool.waiting") return "warn";
  if (type === "run.succeeded") return "good";
  return /^run\.(failed|timed_out|out_of_memory|output_exceeded|lost)$/.test(type) ? "bad" : "";
}

function ofFields(type: string, data: object): string | undefined {
  if (type === "log") {
    const fields = field(data, "fields");
    const message = String(field(data, "message") ?? "");
    return fields === undefined ? message : `${message} ${JSON.stringify(fields)}`;
  }
  if (type === "tool.call") return String(field(data, "tool") ?? "");
  if (type === "tool.waiting") return `${field(data, "tool")} waits for your word`;
  if (type === "tool.result") {
    const how = field(data, "ok") === true ? "ok" : "refused or failed";
    return `${field(data, "tool")}: ${how}, ${field(data, "ms")} ms`;
  }
  if (!type.startsWith("run.")) return undefined;
  const error = field(data, "error");
  if (typeof error !== "object" || error === null) return "";
  return `${field(error, "name")}: ${field(error, "message")}`;
}

function field(data: unknown, name: string): unknown {
  return typeof data === "object" && data !== null ? Reflect.get(data, name) : undefined;
}

function oneLine(text: string): string {
  const line = visible(text.slice(0, MAX_CHARS).replaceAll(/\s*[\r\n]+\s*/g, " ⏎ "));
  return text.length > MAX_CHARS ? `${line}…` : line;
}
