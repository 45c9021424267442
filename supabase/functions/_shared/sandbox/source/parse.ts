import type { Program, Token } from "acorn";
import * as z from "zod";
import { finding, Refused } from "./finding.ts";
import { ShallowParser } from "./shallow.ts";

const MAX_MS = 200;
const TOKENS_BETWEEN_LOOKS = 64;

const errorSchema = z.object({
  message: z.string(),
  loc: z.object({ line: z.number(), column: z.number() }),
});

/** Parses an ES module. Throws {@link Refused} with the reason when that cannot be done. */
export function parseModule(program: string): Program {
  try {
    return ShallowParser.parse(program, {
      ecmaVersion: 2024,
      sourceType: "module",
      onToken: stopAfter(MAX_MS),
    });
  } catch (thrown) {
    throw translate(thrown, program);
  }
}

/** acorn looks names up in lists: a module that declares thousands would take it seconds. */
function stopAfter(ms: number): (token: Token) => void {
  const deadline = performance.now() + ms;
  let tokens = 0;
  return () => {
    if (++tokens % TOKENS_BETWEEN_LOOKS > 0 || performance.now() < deadline) return;
    throw new Refused(finding("too_complex", "The source takes too long to read."));
  };
}

function translate(thrown: unknown, program: string): unknown {
  const error = errorSchema.safeParse(thrown);
  if (!error.success) return thrown;
  const { message, loc } = error.data;
  if (program.split("\n")[loc.line - 1]?.[loc.column] === "@") {
    return new Refused(finding("unsupported_syntax", "Decorators are not supported.", loc));
  }
  const sentence = message.replace(/ \(\d+:\d+\)$/, "");
  return new Refused(finding("syntax_error", `${sentence}.`, loc));
}
