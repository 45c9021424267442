import { ToolRefusal } from "../policy/refusal.ts";
import { readTarget } from "../policy/match.ts";
import type { Bytes, Piece } from "./block.ts";
import { dial, direct, type Route } from "./connect.ts";
import { createDeadline, type Deadline } from "./deadline.ts";
import { decoded, limited } from "./decode.ts";
import type { Egress, EgressResponse, EgressRules, Permit } from "./egress.ts";
import { keptHeaders, readHeaders } from "./headers.ts";
import { type Answer, exchange, failed } from "./hop.ts";
import { createMeter, type Meter } from "./meter.ts";
import { createRedaction } from "./redact.ts";
import { type Going, isRedirect, nextRequest } from "./redirect.ts";
import { findAddresses, type Resolve, resolveSystem } from "./resolve.ts";
import { CONNECTION_LIMITS, type ConnectionLimits, createSlots, type Slots } from "./slots.ts";

/** What may be put in place of the network, and what the operator configured. */
export interface EgressDeps {
  resolve?: Resolve;
  route?: Route;
  /** Origins, as `http://searxng:8080`, that may lie anywhere and may speak plain HTTP. */
  privateOrigins?: readonly string[];
  /** Certificate authorities (PEM) in place of the system's. */
  ca?: string;
  connections?: ConnectionLimits;
}

/** As many redirects are followed. */
export const MAX_REDIRECTS = 5;

interface World {
  resolve: Resolve;
  route: Route;
  privateOrigins: ReadonlySet<string>;
  ca: string | undefined;
  slots: Slots;
}

/** One request on its way through its hops. */
interface Trip {
  world: World;
  rules: EgressRules;
  deadline: Deadline;
  secrets: Set<string>;
  meter: Meter;
}

/**
 * The way out. Each hop is permitted, its name resolved once, every address of the answer checked,
 * and the connection made to one of those addresses: nothing can be resolved differently later.
 * Nothing is kept for another request, neither a connection nor an answer of the resolver.
 */
export function createEgress(deps: EgressDeps = {}): Egress {
  const world: World = {
    resolve: deps.resolve ?? resolveSystem,
    route: deps.route ?? direct,
    privateOrigins: new Set(deps.privateOrigins?.map((origin) => new URL(origin).origin)),
    ca: deps.ca,
    slots: createSlots(deps.connections ?? CONNECTION_LIMITS),
  };
  return {
    isPrivate: ({ origin }) => world.privateOrigins.has(origin),
    async send({ url, method, headers, body }, rules, signal) {
      const going = { url: readTarget(url), method, headers: readHeaders(headers ?? {}), body };
      const deadline = createDeadline(rules.timeoutMs, signal);
      const meter = createMeter(() => rules.maxBytes);
      try {
        return await travel({ world, rules, deadline, secrets: new Set(), meter }, going);
      } catch (thrown) {
        deadline.end();
        throw told(thrown, meter);
      }
    },
  };
}

/** A refusal that says what was moved until then. */
function told(thrown: unknown, { moved }: Meter): unknown {
  if (!(thrown instanceof ToolRefusal)) return thrown;
  return new ToolRefusal(thrown.code, thrown.message, { cause: thrown.cause, ...moved });
}

async function travel(trip: Trip, first: Going): Promise<EgressResponse> {
  let going = first;
  for (let number = 0; number <= MAX_REDIRECTS; number++) {
    const answer = await hop(trip, going, number);
    const location = answer.headers["location"];
    if (
      Array.isArray(location) || !isRedirect(answer.status, location) ||
      trip.rules.redirect === "manual"
    ) {
      return await respond(trip, going, number, answer);
    }
    await answer.close();
    if (trip.rules.redirect === "error") {
      throw new ToolRefusal("redirect_denied", "The host redirects, which was not wanted.");
    }
    going = nextRequest(going, answer.status, location);
  }
  throw new ToolRefusal("redirect_denied", `There are more than ${MAX_REDIRECTS} redirects.`);
}

async function hop(trip: Trip, going: Going, number: number): Promise<Answer> {
  const { world, rules, deadline, meter } = trip;
  const permit = await permitOf(trip, going, number);
  const outgoing = {
    ...going,
    headers: { ...going.headers, ...readHeaders(permit.headers ?? {}) },
  };
  const isPrivate = world.privateOrigins.has(going.url.origin);
  const release = await world.slots.take(going.url.origin, deadline.signal, rules.tenant);
  try {
    const finding = findAddresses(going.url, isPrivate, world.resolve);
    const addresses = await deadline.within(finding);
    const { signal } = deadline;
    const socket = await dial(going.url, addresses, world, meter, signal);
    meter.begin();
    const answer = await exchange(outgoing, socket, signal);
    return { ...answer, close: () => answer.close().finally(release) };
  } catch (thrown) {
    release();
    throw failed(meter.failure() ?? thrown, deadline.signal);
  }
}

/** Asks the caller's rules, and holds to what no rule can allow. */
async function permitOf(trip: Trip, { url, method }: Going, number: number): Promise<Permit> {
  const isPrivate = trip.world.privateOrigins.has(url.origin);
  if (isPrivate && number > 0) {
    throw new ToolRefusal("redirect_denied", "A redirect does not lead to a private origin.");
  }
  const permit = await asked(trip, { url, method, number });
  const secrets = permit.secrets ?? [];
  if (secrets.length > 0 && url.protocol !== "https:" && !isPrivate) {
    throw new ToolRefusal("secret_denied", "A secret does not go where there is no TLS.");
  }
  for (const secret of secrets) trip.secrets.add(secret);
  return permit;
}

async function asked(
  { rules, deadline }: Trip,
  hop: { url: URL; method: string; number: number },
): Promise<Permit> {
  try {
    return await deadline.within(Promise.resolve(rules.permit(hop)));
  } catch (thrown) {
    if (hop.number === 0 || !(thrown instanceof ToolRefusal) || deadline.signal.aborted) {
      throw thrown;
    }
    throw new ToolRefusal("redirect_denied", `Of a redirect: ${thrown.message}`, { cause: thrown });
  }
}

async function respond(
  trip: Trip,
  { url, method }: Going,
  hops: number,
  answer: Answer,
): Promise<EgressResponse> {
  const { rules, meter } = trip;
  const redaction = createRedaction([...trip.secrets]);
  const bodiless = method === "HEAD" || answer.status === 204 || answer.status === 304;
  const encoding = String(answer.headers["content-encoding"] ?? "");
  const wire = limited(answer.body, rules.maxBytes);
  try {
    const clear = bodiless ? wire : limited(decoded(wire, encoding), rules.maxBytes);
    return {
      url: redaction.text(url.href),
      status: answer.status,
      headers: keptHeaders(answer.headers, redaction.text),
      redirected: hops > 0,
      body: streamOf(redaction.bytes(clear), trip, answer),
      moved: () => ({ ...meter.moved }),
    };
  } catch (thrown) {
    await answer.close();
    throw thrown;
  }
}

/** Ends the request with its last byte, with a failure, or when the reader has had enough. */
function streamOf(
  source: Bytes,
  { deadline, meter }: Trip,
  answer: Answer,
): ReadableStream<Piece> {
  async function end() {
    deadline.end();
    await answer.close();
  }
  return new ReadableStream<Piece>({
    async pull(controller) {
      try {
        const { done, value } = await source.next();
        if (!done) return controller.enqueue(value);
        await end();
        controller.close();
      } catch (thrown) {
        const failure = told(failed(meter.failure() ?? thrown, deadline.signal), meter);
        await end();
        controller.error(failure);
      }
    },
    async cancel() {
      await end();
      await source.return().catch(() => {});
    },
  }, { highWaterMark: 0 });
}
