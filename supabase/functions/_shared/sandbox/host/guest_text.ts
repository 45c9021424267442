import { guest } from "./guest.js";
import { powers } from "./powers.js";

/** The text of a function of `host` and `OP` that makes an agent's world, the same on every engine. */
export const GUEST_TEXT = `(host, OP) => (${guest})(host, OP, ${powers})`;
