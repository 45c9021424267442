/** Checks that every guarantee in SECURITY.md names a test that exists, in the file it names. */
import { ROOT } from "./graph.ts";

const LINK = /\[([^\]]+)\]\((tests\/[^)]+\.ts|supabase\/tests\/[^)]+\.sql)\)/g;
const NAMED =
  /(?:\b(?:Deno\.test|promise|browserTest|onEvery(?:EngineWithin|EngineWithTools|Engine|Service))\(\s*|\bname(?: =|:))\s*(["`])((?:\\.|(?!\1).)+)\1/gs;

/** Whether a test file holds a test of that name. Names in templates match what fills them. */
function holds(file: string, text: string, promise: string): boolean {
  if (file.endsWith(".sql")) return text.includes(`'${promise.replaceAll("'", "''")}'`);
  return [...text.matchAll(NAMED)].some(([, , name = ""]) => fits(name, promise));
}

function fits(template: string, promise: string): boolean {
  const literal = (part: string) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const pattern = template.split(/\$\{[^}]*\}/).map(literal).join(".+");
  return new RegExp(`^${pattern}$`, "s").test(promise);
}

if (import.meta.main) {
  const security = await Deno.readTextFile(`${ROOT}/SECURITY.md`);
  const links = [...security.matchAll(LINK)];
  let broken = 0;
  for (const [, promise = "", file = ""] of links) {
    const text = await Deno.readTextFile(`${ROOT}/${file}`).catch(() => "");
    if (holds(file, text, promise)) continue;
    broken++;
    console.error(`SECURITY.md promises "${promise}", which ${file} does not test`);
  }
  console.log(`${links.length} promises, ${broken} without their test`);
  if (broken > 0 || links.length === 0) Deno.exit(1);
}
