import { absentBox } from "../functions/_shared/sandbox/process/boxes.ts";
import { holdAttacks, startBoxed, touchesBox } from "./suite.ts";

await holdAttacks("an unboxed process", () => startBoxed({ box: "plain" }), {
  fits: touchesBox,
  missing: await absentBox("plain"),
});
