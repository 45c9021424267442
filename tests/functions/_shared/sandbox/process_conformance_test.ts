import { startProcessEngine } from "../../../../supabase/functions/_shared/sandbox/process/engine.ts";
import { conformance } from "./conformance.ts";
import { errors } from "./conformance/errors.ts";
import { isolation } from "./conformance/isolation.ts";
import { limits } from "./conformance/limits.ts";
import { absentBox } from "./process/boxes.ts";

const few = { places: 4, warm: 2 };

conformance("process in bubblewrap", () => startProcessEngine({ ...few, box: "bubblewrap" }), {
  absent: await absentBox("bubblewrap"),
});

for (const box of ["seccomp", "plain"] as const) {
  conformance(`process in ${box}`, () => startProcessEngine({ ...few, box, log() {} }), {
    absent: await absentBox(box),
    parts: [limits, isolation, errors],
  });
}

conformance(
  "process forked in bubblewrap",
  () => startProcessEngine({ ...few, box: "bubblewrap", start: "fork" }),
  { absent: await absentBox("bubblewrap", "fork") },
);

conformance(
  "process forked in seccomp",
  () => startProcessEngine({ ...few, box: "seccomp", start: "fork", log() {} }),
  { absent: await absentBox("seccomp", "fork"), parts: [limits, isolation, errors] },
);
