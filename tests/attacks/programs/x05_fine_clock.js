// want=refused safe | naive Deno Worker: breaches | builds a clock that is fine enough to spy with
// deno-lint-ignore-file
export default () => {
  const clocks = ["performance", "Temporal", "SharedArrayBuffer", "Atomics", "Worker"].filter((
    name,
  ) => name in globalThis);
  return clocks.length > 0 ? { breach: clocks } : "milliseconds only";
};
