import { type Allowance, type Charge, retryAfterS, Spent } from "./allowance.ts";
import { bucketOf } from "./bucket.ts";
import type { Guard } from "./guard.ts";
import type { Drawn } from "./store.ts";

/** See `Limits.take`. */
export async function take(guard: Guard, charges: readonly Charge[]): Promise<Allowance[]> {
  if (charges.length === 0) return [];
  const draws = await Promise.all(charges.map(drawOf));
  const way = charges.every(({ budget }) => budget === "read") ? "open" : "closed";
  const { value, counted } = await guard[way]("budget", (store) => store.take(draws));
  const allowances = allowancesOf(charges, value, counted);
  const refused = value.filter(({ success }) => !success);
  if (refused.length === 0) return allowances;
  throw new Spent(allowances, retryAfterS(Math.max(...refused.map(({ resetMs }) => resetMs))));
}

/** See `Limits.peek`. */
export async function peek(guard: Guard, charges: readonly Charge[]): Promise<Allowance[]> {
  if (charges.length === 0) return [];
  const draws = await Promise.all(charges.map(drawOf));
  const { value, counted } = await guard.closed("peek", (store) => store.peek(draws));
  return allowancesOf(charges, value, counted);
}

async function drawOf({ budget, subject, quota, windowS }: Charge) {
  return { bucket: await bucketOf(budget, subject), quota, windowS };
}

function allowancesOf(
  charges: readonly Charge[],
  drawn: readonly Drawn[],
  counted: boolean,
): Allowance[] {
  return charges.map(({ budget, quota, windowS }, i) => ({
    budget,
    quota,
    windowS,
    remaining: drawn[i]?.remaining ?? 0,
    resetS: Math.ceil((drawn[i]?.resetMs ?? 0) / 1000),
    counted,
  }));
}
