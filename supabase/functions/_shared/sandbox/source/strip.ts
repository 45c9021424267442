import * as z from "zod";
import { FUEL, PAGES } from "../metering/meter.ts";
import { Memories } from "../metering/memories.ts";
import { Binding } from "./binding.ts";
import { finding, Refused } from "./finding.ts";
import { getSwc, SWC_PAGES } from "./swc.ts";

/** What a source may cost. 256 KiB of ordinary code take 5 to 10 million units, some 100 ms. */
const FUEL_BUDGET = 15_000_000;
const MODE = { mode: "strip-only", deprecatedTsModuleAsError: true };

const memories = new Memories(SWC_PAGES.min, SWC_PAGES.max);

const exportsSchema = z.object({
  [FUEL]: z.instanceof(WebAssembly.Global),
  [PAGES]: z.instanceof(WebAssembly.Global),
  __wbindgen_add_to_stack_pointer: native<[bytes: number], number>(),
  __wbindgen_export_2: native<[bytes: number, align: number], number>(),
  transformSync: native<[answer: number, source: number, options: number], void>(),
});

const strippedSchema = z.object({ code: z.string() });
const diagnosticSchema = z.object({
  code: z.string(),
  message: z.string(),
  startLine: z.number().int().min(1),
  startColumn: z.number().int().min(0),
});

/**
 * Replaces the types of a TypeScript source with spaces, so that every line and column stays.
 *
 * Each call runs in a new instance on wiped memory and on a budget: a source that overflows swc's
 * stack or sends it backtracking harms nobody else. Throws {@link Refused} with the reason.
 */
export async function stripTypes(source: string): Promise<string> {
  const module = await getSwc();
  const memory = memories.take();
  try {
    const { failed, value } = transform(module, memory, source);
    if (!failed) return strippedSchema.parse(value).code;
    throw refusal(diagnosticSchema.parse(value));
  } catch (thrown) {
    throw translate(thrown);
  } finally {
    memories.give(memory);
  }
}

function transform(module: WebAssembly.Module, memory: WebAssembly.Memory, source: string) {
  const allocate = (bytes: number) => swc.__wbindgen_export_2(bytes, 1);
  const binding = new Binding({ memory, allocate }, (message) => {
    throw Number(swc[FUEL].value) < 0 ? new OutOfFuel() : new Error(message());
  });
  const instance = new WebAssembly.Instance(module, binding.imports(module));
  const swc = exportsSchema.parse({ ...instance.exports });
  swc[FUEL].value = FUEL_BUDGET;
  swc[PAGES].value = SWC_PAGES.min;
  const answer = swc.__wbindgen_add_to_stack_pointer(-16);
  swc.transformSync(answer, binding.hold(source), binding.hold(MODE));
  const view = new DataView(memory.buffer);
  const failed = view.getInt32(answer + 8, true) !== 0;
  return { failed, value: binding.held(view.getInt32(answer + (failed ? 4 : 0), true)) };
}

function refusal({ code, message, startLine, startColumn }: z.infer<typeof diagnosticSchema>) {
  const place = { line: startLine, column: startColumn };
  const known = code === "UnsupportedSyntax" ? "unsupported_syntax" : "syntax_error";
  return new Refused(finding(known, message, place));
}

/** swc's ways to fail: out of fuel, out of stack (two ways), out of memory. */
function translate(thrown: unknown): unknown {
  if (thrown instanceof OutOfFuel) {
    return new Refused(finding("too_complex", "The source takes too long to read."));
  }
  const overflow = thrown instanceof RangeError ||
    thrown instanceof WebAssembly.RuntimeError && thrown.message.includes("out of bounds");
  if (overflow) {
    return new Refused(finding("nested_too_deeply", "The source is nested too deeply."));
  }
  if (thrown instanceof WebAssembly.RuntimeError) {
    return new Refused(finding("too_complex", "The source takes too much memory to read."));
  }
  return thrown;
}

class OutOfFuel extends Error {}

function native<Args extends unknown[], Result>() {
  return z.custom<(...args: Args) => Result>((value) => typeof value === "function");
}
