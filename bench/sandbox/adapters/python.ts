/** `python3` in a new process for each program, with a time limit: the classic recipe. */
import { execFileSync } from "node:child_process";
import type { Sandbox } from "../adapter.ts";
import { runSubprocess } from "./subprocess.ts";

const MAIN = `
import json, sys

def say(**said):
    sys.stdout.write(json.dumps(said) + "\\n")

class Agent:
    last = 0
    def log(self, *values):
        say(log=" ".join(v if isinstance(v, str) else json.dumps(v) for v in values))
    def call(self, tool, args=None):
        self.last += 1
        say(call=self.last, tool=tool, args=json.dumps(args))
        sys.stdout.flush()
        _, ok, text = json.loads(sys.stdin.readline())
        if not ok:
            raise RuntimeError(text)
        return json.loads(text)

from program import main
given = json.loads(json.loads(sys.stdin.readline()))
try:
    say(done=json.dumps(main(given, Agent()), separators=(",", ":"), ensure_ascii=False))
except Exception as error:
    say(failed=str(error))
sys.stdout.flush()
`;

/** The interpreter itself: what is on the PATH may be a script of a version switcher. */
let python = "python3";

export const sandbox: Sandbox = {
  language: "python",
  start() {
    const told = execFileSync(python, ["-c", "import sys; print(sys.executable)"]);
    python = told.toString().trim();
    return Promise.resolve();
  },
  stop: () => Promise.resolve(),
  run: (job) =>
    runSubprocess(job, {
      files: { "program.py": job.program, "main.py": MAIN },
      command: python,
      args: ["-B", "main.py"],
    }),
};
