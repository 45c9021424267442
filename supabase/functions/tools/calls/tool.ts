import type * as z from "zod";
import type { Log } from "../../_shared/log.ts";
import { type Reached, ToolRefusal } from "../../_shared/policy/refusal.ts";
import type { Grant, Policy } from "../../_shared/policy/schema.ts";
import type { Service } from "../../_shared/service.ts";
import { type Amount, mergeAmounts, type Spent } from "../../_shared/policy/budget.ts";

/** The run that calls, as the database knows it. */
export interface CallingRun {
  id: string;
  /** Which attempt of the run calls. */
  attempt: number;
  userId: string;
  agentId: string;
  agentName: string;
  policy: Policy;
  /** What the operator lets any policy grant. */
  ceiling: Policy;
  /** The ceiling decides alone, and what was needed is written down. */
  recording: boolean;
}

/** What a call is about, told before it is allowed. */
export interface Plan<Granted> {
  /** What is reached for, as the ledger shows it: a host and path, a file, a model. No secrets. */
  target: string;
  /** What a person sees who is asked to approve: a JSON value, shortened to fit. No secrets. */
  summary?: unknown;
  /** The keys of it without which nobody can approve: what does not fit whole is not asked about. */
  whole?: readonly string[];
  /** Throws {@link ToolRefusal} unless a grant covers the call. Asked of policy and of ceiling. */
  check(granted: Granted): void;
  /**
   * What the call may spend, reserved before it begins: asked of both, and of one budget the lower
   * bound counts.
   */
  amounts?(granted: Granted, whose: "policy" | "ceiling"): readonly Amount[];
}

/** What a call is performed with. */
export interface Performing<Granted> {
  /** The call's id in the ledger. */
  call: string;
  run: CallingRun;
  /** The policy's grant; the ceiling's where the run only records what it needs. */
  granted: Granted;
  ceiling: Granted;
  service: Service;
  log: Log;
  /** Aborted when the run has gone, or its time is over. */
  signal: AbortSignal;
}

/** What came of a call. */
export interface Performed {
  /** A JSON value, or pieces of text as they come and then the value. */
  value: unknown;
  bytesIn?: number;
  bytesOut?: number;
  /** What was spent in truth, where more than nothing was reserved; the reservation stands else. */
  spent?: readonly Spent[];
  reached?: readonly Reached[];
}

/** One tool: its arguments, its rule, its work. */
export interface ToolSpec<G extends Grant, Args extends z.ZodType> {
  /** What programs call: `files.read`. */
  name: string;
  grant: G;
  args: Args;
  /** Set where planning itself is work: it is not done for who was not granted the tool. */
  costly?: true;
  plan(
    args: z.output<Args>,
    run: CallingRun,
  ): Plan<NonNullable<Policy[G]>> | Promise<Plan<NonNullable<Policy[G]>>>;
  perform(args: z.output<Args>, at: Performing<NonNullable<Policy[G]>>): Promise<Performed>;
  /** Set where pieces of the answer can be had before its end. Called in place of `perform`. */
  stream?(
    args: z.output<Args>,
    at: Performing<NonNullable<Policy[G]>>,
  ): AsyncGenerator<string, Performed, void>;
  /** Whether these arguments ask for a stream. */
  wantsStream?(args: z.output<Args>): boolean;
}

/** A call whose arguments hold, to be judged and then performed. */
export interface Prepared {
  target: string;
  summary: unknown;
  whole: readonly string[];
  /** Throws {@link ToolRefusal} unless policy and ceiling cover the call. */
  judge(run: CallingRun): Verdict;
  perform(at: Circumstances): Promise<Performed>;
  /** Undefined where the answer comes as one. */
  stream: ((at: Circumstances) => AsyncGenerator<string, Performed, void>) | undefined;
}

/** What a call that is covered costs, and whether a person is to be asked. */
export interface Verdict {
  approval: boolean;
  amounts: readonly Amount[];
}

/** {@link Performing} without what the tool itself knows. */
export type Circumstances = Omit<Performing<unknown>, "granted" | "ceiling">;

/** A tool whose types are closed over: ready to be called by name. */
export interface Tool {
  name: string;
  grant: Grant;
  /** Rejects with a {@link ToolRefusal} for arguments that are not the tool's. */
  prepare(args: unknown, run: CallingRun): Promise<Prepared>;
}

/** Closes a tool over its types. */
export function defineTool<G extends Grant, Args extends z.ZodType>(
  spec: ToolSpec<G, Args>,
): Tool {
  return {
    name: spec.name,
    grant: spec.grant,
    async prepare(given, run) {
      const args = parse(spec.args, given);
      if (spec.costly) grantsOf(spec.grant, run);
      const plan = await spec.plan(args, run);
      const { stream } = spec;
      return {
        target: plan.target,
        summary: plan.summary ?? null,
        whole: plan.whole ?? [],
        judge: (run) => judge(spec.grant, plan, run),
        perform: (at) => spec.perform(args, { ...at, ...grantsOf(spec.grant, at.run) }),
        stream: stream && spec.wantsStream?.(args)
          ? (at) => stream(args, { ...at, ...grantsOf(spec.grant, at.run) })
          : undefined,
      };
    },
  };
}

function parse<Args extends z.ZodType>(schema: Args, given: unknown): z.output<Args> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.map(String).join(".") || "arguments";
  throw new ToolRefusal("invalid_arguments", `${where}: ${issue?.message ?? "not as documented"}`);
}

function judge<G extends Grant>(
  grant: G,
  plan: Plan<NonNullable<Policy[G]>>,
  run: CallingRun,
): Verdict {
  const { granted, ceiling } = grantsOf(grant, run);
  plan.check(granted);
  try {
    plan.check(ceiling);
  } catch (cause) {
    if (!(cause instanceof ToolRefusal)) throw cause;
    throw new ToolRefusal("over_ceiling", "The operator does not allow this.", { cause });
  }
  const amounts = mergeAmounts([
    ...plan.amounts?.(granted, "policy") ?? [],
    ...plan.amounts?.(ceiling, "ceiling") ?? [],
  ]);
  const approval = granted.approval === "required" || ceiling.approval === "required";
  return { amounts, approval };
}

function grantsOf<G extends Grant>(
  grant: G,
  { policy, ceiling, recording }: CallingRun,
): { granted: NonNullable<Policy[G]>; ceiling: NonNullable<Policy[G]> } {
  const most = ceiling[grant];
  const granted = recording ? most : policy[grant];
  if (!granted) throw new ToolRefusal("not_granted", `The agent's policy does not grant ${grant}.`);
  if (!most) throw new ToolRefusal("over_ceiling", `The operator does not allow ${grant}.`);
  return { granted, ceiling: most };
}
