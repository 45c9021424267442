import vm from "node:vm";

/**
 * Where a syntax error is, written as a frame. V8 tells it of scripts only, so the module is read
 * as one, as long as that gives the same complaint; it is not run.
 */
export function locate(program, message) {
  const asScript = program.replace(
    /\bexport(\s+)(default)?/g,
    (_, space, isDefault) => (isDefault ? "var e " + space + "      =" : "      " + space),
  );
  let frame = "";
  const look = (event) => {
    event.preventDefault();
    if (event.message.endsWith(message)) frame = `(agent.js:${event.lineno}:${event.colno})`;
  };
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  addEventListener("error", look);
  try {
    new vm.Script(asScript, { filename: "agent.js" });
  } catch (error) {
    reportError(error);
  } finally {
    removeEventListener("error", look);
    Error.stackTraceLimit = before;
  }
  return frame;
}
