/** Assertions under the name that could later point at `jsr:@std/assert`: see docs/decisions/0001. */
import "./sanitizers.ts";

export { default } from "node:assert/strict";
