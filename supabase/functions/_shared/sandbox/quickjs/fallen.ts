import type { RawFailure } from "../host/failure.ts";

/** Thrown through a guest that describes its own failure; it is read when the guest is left. */
export class Fallen extends Error {
  override readonly name = "Fallen";

  constructor(readonly raw: RawFailure) {
    super("the program has failed");
  }
}
