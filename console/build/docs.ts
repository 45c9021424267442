import { dirname, join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");

/**
 * Copies the documentation with its pictures beside the console, so that `/llms.txt` leads somewhere: its links are
 * those of `docs/llms.txt`, from one folder above.
 */
export async function copyDocs(out: string): Promise<void> {
  const files = ["README.md", "SECURITY.md", "sdk/README.md"];
  for await (const file of pagesIn("docs")) files.push(file);
  for (const file of files) {
    await Deno.mkdir(dirname(join(out, file)), { recursive: true });
    await Deno.copyFile(join(ROOT, file), join(out, file));
  }
  const index = await Deno.readTextFile(join(ROOT, "docs/llms.txt"));
  await Deno.writeTextFile(join(out, "llms.txt"), index.replace(/\]\((?!\w+:)/g, "](docs/"));
}

async function* pagesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
    if (isDirectory) yield* pagesIn(`${folder}/${name}`);
    else if (/\.(md|png)$/.test(name)) yield `${folder}/${name}`;
  }
}
