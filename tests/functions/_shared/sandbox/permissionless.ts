/** Run without any permission by a test: the whole way from a TypeScript source to its result. */
import { DEFAULT_LIMITS } from "../../../../supabase/functions/_shared/sandbox/engine.ts";
import { quickJs } from "../../../../supabase/functions/_shared/sandbox/quickjs/engine.ts";
import { compile } from "../../../../supabase/functions/_shared/sandbox/source/compile.ts";

const compiled = await compile("export default (n: number): number => n * 2", "typescript");
if (!compiled.ok) throw new Error("the source was refused");
const job = { program: compiled.program, input: "21", tools: {}, limits: DEFAULT_LIMITS };
for await (const event of quickJs.run(job, new AbortController().signal)) {
  if (event.type === "ending") console.log(event.status, event.output);
}
