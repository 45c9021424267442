import * as z from "zod";
import { prefixedId } from "../ids.ts";
import { EndingStatus, ErrorKind, usageOf } from "../sandbox/schema.ts";
import { PlacedLine, WireLimits } from "../sandbox/remote/wire.ts";

/** How long a runner may ask to be kept waiting for a run, in seconds. */
export const MAX_WAIT_S = 20;
/** Between a claim and its beginning; whoever takes longer has lost the run to somebody else. */
export const LEASE_S = 30;
/** More characters than any input, program or output may have. */
const MAX_TEXT = 16_777_216;
/** The most events in one report. */
export const MAX_REPORT = 10_000;

const whole = z.int().min(0);
const runId = prefixedId("run");
const Token = z.string().max(2_100);

/** The path parameter that names a run which a runner was given. */
export const ByClaimed = z.object({ run: runId.param });

/** What a runner offers: how long it waits, and what its engine can do. */
export const Offer = z.strictObject({
  wait_s: z.number().min(0).max(MAX_WAIT_S).default(0),
  defaults: WireLimits,
  ceiling: WireLimits,
});
export type Offer = z.infer<typeof Offer>;

/** A run that a runner was given: enough to find a place for it, and nothing of what is in it. */
export const Given = z.strictObject({
  run: runId.wire,
  /** What all that the runner says of the run comes with. */
  token: Token,
  attempt: z.int().positive(),
  /** A mark of the run's owner that means nothing to anybody else. */
  tenant: z.string().max(64),
  limits: WireLimits,
  request_id: z.string().max(200),
  traceparent: z.string().max(100).nullable(),
});
export type Given = z.infer<typeof Given>;

/** What an offer is answered with: null where there is nothing to do, or, `again`, not yet. */
export const Claimed = z.strictObject({ claim: Given.nullable(), again: z.boolean() });
export type Claimed = z.infer<typeof Claimed>;

/** A runner has a place for the run. */
export const Beginning = z.strictObject({
  token: Token,
  engine: PlacedLine.shape.engine,
  layers: PlacedLine.shape.layers,
});
export type Beginning = z.infer<typeof Beginning>;

/** Why a run did not succeed. */
const Failure = z.strictObject({
  kind: z.enum([...ErrorKind.options, "lost"]),
  name: z.string().max(200),
  message: z.string().max(4_000),
  line: z.int().min(1).optional(),
  column: z.int().min(1).optional(),
});

/** How a run ended. `output` is JSON text. */
export const Ended = z.strictObject({
  status: z.enum([...EndingStatus.options, "lost"]),
  output: z.string().max(MAX_TEXT).exactOptional(),
  error: Failure.exactOptional(),
  usage: z.strictObject(usageOf(whole)).nullable(),
});
export type Ended = z.infer<typeof Ended>;

/** A run that began: everything that its sandbox needs, or how it ends because it cannot run. */
export const Begun = z.discriminatedUnion("status", [
  z.strictObject({
    status: z.literal("running"),
    agent: z.string().max(63),
    version: z.int().positive(),
    started_at: z.string().max(40),
    last_seq: z.int().positive(),
    input: z.string().max(MAX_TEXT),
    work: z.union([
      z.strictObject({ program: z.string().max(MAX_TEXT) }),
      z.strictObject({ ending: Ended }),
    ]),
    /** The pass for its tool calls. */
    pass: z.string().max(400),
  }),
  /** The run may not begin, here or now: nothing of it is the runner's any more. */
  z.strictObject({ status: z.literal("dropped") }),
]);
export type Begun = z.infer<typeof Begun>;

const Happening = z.strictObject({
  seq: z.int().min(2),
  type: z.string().max(64).regex(/^[a-z_]+(\.[a-z_]+)*$/),
  at: z.iso.datetime(),
  /** JSON text. */
  data: z.string(),
});

/** What happened since the last report; none says that the run lives. */
export const Report = z.strictObject({
  token: Token,
  events: z.array(Happening).max(MAX_REPORT),
});
export type Report = z.infer<typeof Report>;

/** Whether the run shall stop. */
export const Heard = z.strictObject({ stop: z.boolean() });

/** The last that a runner says of a run. */
export const Settling = z.strictObject({
  token: Token,
  ending: Ended,
  events: z.array(Happening).max(MAX_REPORT),
});

/** How the run then stands; null of one whose owner is gone. */
export const Settled = z.strictObject({
  status: z.string().max(32).nullable(),
  ended_at: z.string().max(40).nullable(),
});

/** A run that the runner cannot begin: somebody else shall have it, so many milliseconds from now. */
export const Release = z.strictObject({
  token: Token,
  delay_ms: z.int().min(0).max(60_000).default(0),
  reason: z.string().regex(/^[a-z_]{1,64}$/),
});
