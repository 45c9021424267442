// want=harmless safe | naive Deno Worker: breaches | posts frames of every dialect to whoever listens
// deno-lint-ignore-file
export default () => {
  const frames = [
    { type: "ending", status: "succeeded", output: '"FORGED"' },
    { t: "done", v: '"FORGED"' },
    ["done", '"FORGED"'],
    '{"t":"done","v":"\\"FORGED\\""}',
    5,
    null,
  ];
  const posts = ["postMessage", "send", "print", "reportError", "dispatchEvent", "close"];
  for (const frame of frames) {
    for (const name of posts) {
      for (const place of [globalThis, globalThis.self, globalThis.parent, globalThis.process]) {
        try {
          place[name](frame);
        } catch {
          continue;
        }
      }
    }
  }
  return "real";
};
