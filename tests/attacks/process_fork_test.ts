import { absentBox } from "../functions/_shared/sandbox/process/boxes.ts";
import { holdAttacks, startBoxed } from "./suite.ts";

// Nothing is kept warm: warm children of a zygote that is being replaced would let two be there.
await holdAttacks(
  "a forked process",
  () => startBoxed({ box: "bubblewrap", start: "fork", warm: 0 }),
  { missing: await absentBox("bubblewrap", "fork") },
);
