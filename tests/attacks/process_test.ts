import { absentBox } from "../functions/_shared/sandbox/process/boxes.ts";
import { holdAttacks, startBoxed } from "./suite.ts";

await holdAttacks("bubblewrap", () => startBoxed({ box: "bubblewrap" }), {
  missing: await absentBox("bubblewrap"),
});
