// want=refused | naive Deno Worker: holds | looks for switches of the engine
// deno-lint-ignore-file
export default () => {
  const found = ["gc", "quit", "version", "d8", "print", "load", "std", "os", "bjson", "scriptArgs"]
    .filter((name) => typeof globalThis[name] !== "undefined");
  for (const text of ["%GetHeapUsage()", "%DebugPrint(1)", "%SystemBreak()"]) {
    try {
      (0, eval)(text);
      found.push(text);
    } catch {
      continue;
    }
  }
  return found.length > 0 ? { breach: found } : "none";
};
