/**
 * Deno 2.1.4 takes answers that nobody has read yet, and key derivations of the isolate's own, for
 * leaks of whichever test is at work. Leaks are looked for on the Deno of development, which can
 * tell; on the older one tests say whether the functions work there.
 */
if (Deno.version.deno.startsWith("2.1.")) {
  const calm = { sanitizeOps: false, sanitizeResources: false };
  const test = Deno.test;
  type Fn = Deno.TestDefinition["fn"];
  type Options = Omit<Deno.TestDefinition, "fn" | "name">;
  const register = (what: string | Deno.TestDefinition, second?: Fn | Options, third?: Fn) => {
    if (typeof what !== "string") return test({ ...calm, ...what });
    const [options, fn] = typeof second === "function" ? [{}, second] : [second, third];
    if (fn !== undefined) return test({ ...calm, ...options, name: what, fn });
    throw new TypeError("A test is a definition, or a name, maybe options, and a function");
  };
  Object.assign(Deno, { test: Object.assign(register, test) });
}
