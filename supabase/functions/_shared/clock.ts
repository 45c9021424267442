import { createMac } from "./mac.ts";

/** Whether a key is the one of the project's clock. Takes as long for one wrong key as for another. */
export type IsClock = (key: string | undefined) => Promise<boolean>;

/** Knows the clock by the secret key named `cron`. Without one nobody is the clock. */
export function createIsClock(cronKey: string | undefined): IsClock {
  if (cronKey === undefined) return () => Promise.resolve(false);
  const mac = createMac(cronKey, "clock");
  const mark = mac.sign(cronKey);
  return async (key) => key !== undefined && await mac.verify(key, await mark);
}
