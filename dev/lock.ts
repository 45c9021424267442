import { join } from "node:path";
import { StackError } from "./error.ts";

/**
 * Takes the state folder for ourselves until the result is disposed of. The lock is the kernel's,
 * so it ends with our process however that ends; the pid in the file is only there to be told.
 */
export async function lockFolder(dir: string): Promise<Disposable> {
  const path = join(dir, "lock");
  const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o644 });
  if (!await file.tryLock(true)) {
    file.close();
    const holder = await Deno.readTextFile(path);
    throw new StackError(
      `The stack in ${dir} is already running as process ${holder.trim()}. Stop that one first, or` +
        " give this one a state folder of its own with --dir.",
    );
  }
  await file.truncate();
  await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
  return { [Symbol.dispose]: () => file.close() };
}
