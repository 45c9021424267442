import { quickJs } from "../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { holdAttacks } from "./suite.ts";

await holdAttacks("quickjs", () => {
  return Promise.resolve({ engine: quickJs, [Symbol.asyncDispose]: () => Promise.resolve() });
});
