/**
 * Deno 2.1.4 takes answers that nobody has read yet, and key derivations of the isolate's own, for
 * leaks of whichever test is at work. Leaks are looked for on the Deno of development, which can
 * tell; on the older one tests say whether the functions work there.
 */
if (Deno.version.deno.startsWith("2.1.")) {
  const calm = { sanitizeOps: false, sanitizeResources: false };
  const test = Deno.test;
  const register = (what: string | Deno.TestDefinition, fn?: Deno.TestDefinition["fn"]) => {
    if (typeof what !== "string") return test({ ...calm, ...what });
    if (fn !== undefined) return test({ ...calm, name: what, fn });
    throw new TypeError("A test is a definition, or a name and a function");
  };
  Object.assign(Deno, { test: Object.assign(register, test) });
}
