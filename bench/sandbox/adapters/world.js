/**
 * The agent's world for sandboxes that bring none: `agent` and `console` upon one function that
 * carries a message out. The text of this function is put before a program's.
 */
export function world(say) {
  const waiting = new Map();
  let last = 0;
  const show = (value) => {
    if (typeof value === "string") return value;
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const log = (...values) => say({ log: values.map(show).join(" ") });
  const agent = Object.freeze({
    log,
    output: (value) => say({ log: show(value) }),
    call: Object.freeze((tool, args) =>
      new Promise((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        say({ call: last, tool: String(tool), args: JSON.stringify(args ?? null) });
      })
    ),
  });
  const answer = (call, ok, text) => {
    const promise = waiting.get(call);
    waiting.delete(call);
    if (ok) promise.resolve(JSON.parse(text));
    else promise.reject(Object.assign(new Error(text), { name: "ToolError" }));
  };
  const serve = async (main, input) => {
    try {
      say({ done: JSON.stringify(await main(input, agent)) ?? "null" });
    } catch (error) {
      say({ failed: String(error) });
    }
  };
  const console = { log, debug: log, info: log, warn: log, error: log };
  return { agent, answer, console, serve };
}

/** The text of {@link world}, for a program's prelude. */
export const WORLD = world.toString();

/** A module's text as an address. */
export const dataUrl = (text) => `data:text/javascript,${encodeURIComponent(text)}`;
