import { Fault } from "../fault.ts";
import type { Log } from "../log.ts";
import { normalAddress, UNKNOWN } from "./address.ts";
import { type Budget, retryAfterS, Spent } from "./allowance.ts";
import type { Guard } from "./guard.ts";
import { RULES } from "./rules.ts";
import type { Block, RuleName } from "./store.ts";

/** What may come from one address in a minute, whoever asks: many people may share it. */
const ADDRESS = { quota: 1_200, windowS: 60 };

/** A block that has just begun. */
export interface Offence {
  rule: RuleName;
  /** 1 for the first one of an address. */
  offence: number;
  durationS: number;
}

/** Lets addresses in, and remembers what they did wrong. */
export class Door {
  #warned = false;

  constructor(private readonly guard: Guard, private readonly log: Log) {}

  /** See `Limits.admit`. */
  async admit(text: string | undefined, budget: Budget): Promise<void> {
    if (text === undefined) return;
    const address = this.#spelled(text);
    const { offenders } = this.guard.isolate;
    refuse(offenders.believedMs(address));
    const draw = { bucket: `address:${address}`, ...ADDRESS };
    const way = budget === "read" ? "open" : "closed";
    const asked = this.guard[way]("address", (store) => store.admit(address, draw));
    const { value, counted } = await asked.catch((err) => {
      refuse(offenders.blockedMs(address));
      throw err;
    });
    if (counted) offenders.hear(address, value.blockedMs);
    refuse(value.blockedMs);
    if (!value.drawn.success) throw new Spent([], retryAfterS(value.drawn.resetMs));
  }

  /** See `Limits.strike`. */
  async strike(text: string | undefined, name: RuleName): Promise<Offence | undefined> {
    const address = normalAddress(text ?? "");
    const { offenders } = this.guard.isolate;
    if (address === undefined || offenders.believedMs(address) > 0) return undefined;
    const ask = this.guard.open("strike", (store) => store.strike(address, RULES[name]));
    const { value: { blockedMs, offence }, counted } = await ask;
    if (counted && blockedMs > 0) offenders.hear(address, blockedMs);
    if (offence === 0 || !offenders.isNews(address, blockedMs)) return undefined;
    const durationS = Math.round(blockedMs / 1000);
    this.log("warn", "address_blocked", { rule: name, offence, duration_s: durationS });
    return { rule: name, offence, durationS };
  }

  /** See `Limits.blocks.lift`. */
  async lift(text: string, before?: (block: Block) => Promise<void>): Promise<boolean> {
    const address = normalAddress(text);
    if (address === undefined) return false;
    const { value: block } = await this.guard.closed("blocks", (store) => store.find(address));
    if (block === undefined) return false;
    await before?.(block);
    await this.guard.closed("lift", (store) => store.lift(address));
    this.guard.isolate.offenders.forget(address);
    return true;
  }

  /** An operator who named a header that nobody sets would have everybody share one budget. */
  #spelled(text: string): string {
    const address = normalAddress(text) ?? UNKNOWN;
    if (address === UNKNOWN && !this.#warned) this.log("warn", "address_unknown");
    this.#warned ||= address === UNKNOWN;
    return address;
  }
}

function refuse(blockedMs: number): void {
  if (blockedMs <= 0) return;
  throw new Fault("address_blocked", undefined, { retryAfter: Math.ceil(blockedMs / 1000) });
}
