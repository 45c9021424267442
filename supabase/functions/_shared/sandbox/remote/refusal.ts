import type * as z from "zod";
import { EngineUnavailable, LimitRefused } from "../engine.ts";
import type { ProblemDocument } from "./wire.ts";

/** What a runner's problem means to whoever asked: nothing has run. */
export function refusalOf(problem: z.infer<typeof ProblemDocument>): Error {
  const { code, limit, asked, ceiling } = problem;
  if (limit !== undefined && asked !== undefined && ceiling !== undefined) {
    return new LimitRefused(limit, asked, ceiling);
  }
  return new EngineUnavailable(`the runner refuses: ${code}`);
}
