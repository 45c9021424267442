import { absentBox } from "../functions/_shared/sandbox/process/boxes.ts";
import { holdAttacks, startBoxed, touchesBox } from "./suite.ts";

await holdAttacks("seccomp", () => startBoxed({ box: "seccomp" }), {
  fits: touchesBox,
  missing: await absentBox("seccomp"),
});
