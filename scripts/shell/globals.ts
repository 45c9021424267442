/**
 * What the shell's code expects of a platform and QuickJS does not have, as small as it can be. It
 * is only ever loaded inside the shell's guest.
 */
import { sha256 } from "./sha256.ts";
import { atob, btoa } from "./base64.ts";
import { decodeUtf8, encodeUtf8, unitsOf } from "./bytes.ts";

class Encoder {
  readonly encoding = "utf-8";
  encode(text = ""): Uint8Array {
    return Uint8Array.from(encodeUtf8(`${text}`), (unit) => unit.charCodeAt(0));
  }
}

class Decoder {
  readonly fatal: boolean;
  constructor(readonly encoding = "utf-8", options: { fatal?: boolean } = {}) {
    this.fatal = options.fatal === true;
  }
  decode(bytes?: ArrayBufferView | ArrayBuffer): string {
    if (bytes === undefined) return "";
    const view = ArrayBuffer.isView(bytes)
      ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      : new Uint8Array(bytes);
    const units = unitsOf(view);
    return this.encoding === "latin1" ? units : decodeUtf8(units, this.fatal);
  }
}

type Listener = () => void;

/** The two classes of the platform, without events that nobody sends. */
class Signal {
  aborted = false;
  reason: unknown;
  readonly #listeners = new Set<Listener>();
  addEventListener(_type: string, listener: Listener): void {
    this.#listeners.add(listener);
  }
  removeEventListener(_type: string, listener: Listener): void {
    this.#listeners.delete(listener);
  }
  throwIfAborted(): void {
    if (this.aborted) throw this.reason;
  }
  stop(reason: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    for (const listener of this.#listeners) listener();
  }
}

class Controller {
  readonly signal = new Signal();
  abort(reason: unknown = new Error("aborted")): void {
    this.signal.stop(reason);
  }
}

class Address {
  constructor() {
    throw new TypeError("there are no addresses here");
  }
}

/** The only digest that a command here asks for. */
function digest(name: string, data: ArrayBuffer | Uint8Array): Promise<ArrayBuffer> {
  if (name !== "SHA-256") return Promise.reject(new TypeError("there is no such digest"));
  return Promise.resolve(sha256(data instanceof Uint8Array ? data : new Uint8Array(data)));
}

const GLOBALS = {
  TextEncoder: Encoder,
  TextDecoder: Decoder,
  AbortController: Controller,
  AbortSignal: Signal,
  URL: Address,
  atob,
  btoa,
  crypto: {
    randomUUID: () => "00000000-0000-4000-8000-000000000000",
    subtle: { digest },
  },
  performance: { now: () => Date.now(), timeOrigin: 0 },
};

for (const [name, value] of Object.entries(GLOBALS)) {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
}
