/**
 * Checks what the repository's Markdown says of the repository: that every relative link leads to a
 * file, every anchor to a heading, and that every `deno task …` exists. Ends non-zero on what does
 * not hold. Links into the web are not followed: the gate needs no network.
 */
import * as path from "node:path";
import * as z from "zod";
import { ROOT, run } from "../graph.ts";
import { anchorsOf, linksOf, tasksOf } from "./markdown.ts";

/** What a checker may know of a repository: tests give another one. */
export interface Tree {
  /** Paths from the root, of files and folders. */
  has(file: string): boolean;
  read(file: string): string;
  tasks: readonly string[];
}

/** What one Markdown file says that is not so, each with its line. */
export function problemsOf(file: string, tree: Tree): string[] {
  const text = tree.read(file);
  const links = linksOf(text).flatMap(({ target, line }) => {
    const wrong = problemOf(file, target, tree);
    return wrong === undefined ? [] : [`${file}:${line}: ${target} ${wrong}`];
  });
  const tasks = tasksOf(text).filter(({ task }) => !tree.tasks.includes(task))
    .map(({ task, line }) => `${file}:${line}: there is no deno task ${task}`);
  return [...links, ...tasks];
}

function problemOf(file: string, target: string, tree: Tree): string | undefined {
  if (/^[a-z][a-z\d+.-]*:/i.test(target)) return undefined;
  const [place = "", anchor] = target.split("#");
  const to = place === "" ? file : path.posix.join(path.posix.dirname(file), decodeURI(place));
  if (place.startsWith("/") || to.startsWith("..")) return "leads out of the repository";
  if (!tree.has(to)) return "leads to no file";
  if (anchor === undefined || !to.endsWith(".md")) return undefined;
  return anchorsOf(tree.read(to)).has(anchor) ? undefined : "leads to no heading";
}

async function filesOf(): Promise<string[]> {
  const listed = await run("git", ["ls-files", "--cached", "--others", "--exclude-standard"]);
  const gone = new Set((await run("git", ["ls-files", "--deleted"])).split("\n"));
  return listed.split("\n").filter((file) => file !== "" && !gone.has(file));
}

if (import.meta.main) {
  const files = await filesOf();
  const known = new Set(
    files.flatMap((file) =>
      file.split("/").map((_, index, steps) => steps.slice(0, index + 1).join("/"))
    ),
  );
  const config = z.object({ tasks: z.record(z.string(), z.unknown()) });
  const tree: Tree = {
    has: (file) => known.has(file.replace(/\/$/, "")),
    read: (file) => Deno.readTextFileSync(path.join(ROOT, file)),
    tasks: Object.keys(
      config.parse(JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`))).tasks,
    ),
  };
  const wrong = files.filter((file) => /\.md$|\/llms\.txt$/.test(file))
    .flatMap((file) => problemsOf(file, tree));
  for (const line of wrong) console.log(line);
  if (wrong.length > 0) Deno.exit(1);
}
