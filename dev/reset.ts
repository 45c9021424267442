/** `deno task reset`: deletes the stack's state, unless a stack is using it. `--dir` says where it is. */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { StackError } from "./error.ts";
import { lockFolder } from "./lock.ts";
import { removeData } from "./postgres/server.ts";

const { values } = parseArgs({ options: { dir: { type: "string", default: ".cloister" } } });
const dir = resolve(values.dir);

try {
  if (await exists(dir)) await reset();
  console.log(`${dir} is gone. The next start begins with an empty database.`);
} catch (error) {
  if (!(error instanceof StackError)) throw error;
  console.error(error.message);
  Deno.exitCode = 1;
}

async function reset(): Promise<void> {
  if (!await exists(join(dir, "state.json"))) {
    throw new StackError(`${dir} is no state folder of a stack, so nothing was deleted.`);
  }
  using _lock = await lockFolder(dir);
  await removeData(dir);
  await Deno.remove(dir, { recursive: true });
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}
