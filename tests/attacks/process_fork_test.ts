import { absentBox } from "../functions/_shared/sandbox/process/boxes.ts";
import { holdAttacks, startBoxed } from "./suite.ts";

await holdAttacks(
  "a forked process",
  () => startBoxed({ box: "bubblewrap", start: "fork" }),
  { missing: await absentBox("bubblewrap", "fork") },
);
