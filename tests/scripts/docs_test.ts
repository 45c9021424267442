import { pathToFileURL } from "node:url";
import assert from "@std/assert";
import * as z from "zod";
import { problemsOf, type Tree } from "../../scripts/docs/links.ts";
import { anchorsOf, linksOf } from "../../scripts/docs/markdown.ts";
import { describeReference } from "../../scripts/docs/reference.ts";
import { ToolRefusal } from "../../supabase/functions/_shared/policy/refusal.ts";
import { NO_POLICY, Policy } from "../../supabase/functions/_shared/policy/schema.ts";
import openapi from "../../supabase/functions/agents/openapi.json" with { type: "json" };
import type { CallingRun, Tool } from "../../supabase/functions/tools/calls/tool.ts";

const ROOT = new URL("../../", import.meta.url);
const DOCS = new URL("docs/", ROOT);

/** The code blocks of a page that are of a language. */
async function blocksOf(page: string, language: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(page, DOCS));
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, "gm"))]
    .map(([, block = ""]) => block);
}

/** A repository of these files, which knows the tasks `ok` and `test`. */
function treeOf(files: Record<string, string>): Tree {
  return {
    has: (file) => Object.hasOwn(files, file),
    read: (file) => files[file] ?? "",
    tasks: ["ok", "test"],
  };
}

Deno.test("a link, an anchor and a task of a page that lead nowhere are found, with their lines", () => {
  const page = [
    "# Page",
    "[a](b.md) [b](b.md#there) [c](#page) [d](https://example.com/x.md#y) `[e](no.md)`",
    "[f](gone.md) ![g](gone.png)",
    "[h](b.md#not-there) [i](../../out.md) [j](/b.md)",
    "```sh",
    "deno task ok   # [k](gone.md)",
    "npx -y deno@2.9.6 task nothing",
    "```",
  ].join("\n");
  const tree = treeOf({ "docs/a.md": page, "docs/b.md": "# B\n\n## There\n" });
  assert.deepEqual(problemsOf("docs/a.md", tree), [
    "docs/a.md:3: gone.md leads to no file",
    "docs/a.md:3: gone.png leads to no file",
    "docs/a.md:4: b.md#not-there leads to no heading",
    "docs/a.md:4: ../../out.md leads out of the repository",
    "docs/a.md:4: /b.md leads out of the repository",
    "docs/a.md:7: there is no deno task nothing",
  ]);
});

Deno.test("anchors are those that GitHub makes, also of code, links and headings that come twice", () => {
  const page =
    "# `GET /agents/{name}`\n## [A link](b.md), and *more*\n## Twice\n## Twice\n```\n# no heading\n```\n";
  assert.deepEqual([...anchorsOf(page)], [
    "get-agentsname",
    "a-link-and-more",
    "twice",
    "twice-1",
  ]);
});

Deno.test("every page of the documentation is in its index", async () => {
  const index = await Deno.readTextFile(new URL("README.md", DOCS));
  const listed = new Set(linksOf(index).map(({ target }) => target.split("#")[0]));
  const pages: string[] = [];
  for (const folder of ["", "guides/"]) {
    for await (const { name, isFile } of Deno.readDir(new URL(folder, DOCS))) {
      if (isFile && name.endsWith(".md") && name !== "README.md") pages.push(folder + name);
    }
  }
  assert.deepEqual(pages.filter((page) => !listed.has(page)), []);
});

Deno.test("the reference tells of every route of the document, its schemas and its own refusals", () => {
  const pages = describeReference(openapi);
  const Paths = z.record(z.string(), z.record(z.string(), z.unknown()));
  for (const [path, operations] of Object.entries(Paths.parse(openapi.paths))) {
    const page = pages.get(`docs/reference/${path.split("/")[1]}.md`) ?? "";
    for (const method of Object.keys(operations)) {
      assert.ok(page.includes(`## \`${method.toUpperCase()} ${path}\``), `${method} ${path}`);
    }
  }
  const schemas = anchorsOf(pages.get("docs/reference/schemas.md") ?? "");
  for (const name of Object.keys(openapi.components.schemas)) {
    assert.ok(schemas.has(name.toLowerCase()), name);
  }
  assert.match(pages.get("docs/reference/agents.md") ?? "", /Refuses with .*`name_taken`/);
});

Deno.test("each policy that the guides show is one", async () => {
  const blocks = await blocksOf("guides/policies.md", "json");
  assert.ok(blocks.length >= 4);
  for (const block of blocks) Policy.parse(JSON.parse(block));
});

/** The tool that the guide writes, loaded as if it lay where the guide says. */
async function guidedTool(ask: (city: string) => Promise<number>): Promise<Tool> {
  const [source = ""] = await blocksOf("guides/add-a-tool.md", "ts");
  const place = pathToFileURL(`${ROOT.pathname}supabase/functions/tools/weather/tool.ts`);
  const resolved = source.replace(
    /from "(\.[^"]+)"/g,
    (_, specifier: string) => `from "${new URL(specifier, place).href}"`,
  );
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, resolved);
    return (await import(pathToFileURL(file).href)).createWeatherTool({ ask });
  } finally {
    await Deno.remove(file);
  }
}

Deno.test("the tool that the guide writes takes, judges and does what the guide says", async () => {
  const tool = await guidedTool((city) => Promise.resolve(city.length));
  const granted = Policy.parse({ search: { max_calls: 2 } });
  const run: CallingRun = {
    id: crypto.randomUUID(),
    attempt: 1,
    userId: crypto.randomUUID(),
    agentId: crypto.randomUUID(),
    agentName: "a",
    policy: granted,
    ceiling: granted,
    recording: false,
  };
  await assert.rejects(tool.prepare({ city: "" }, run), { code: "invalid_arguments" });
  const prepared = await tool.prepare({ city: "Oslo" }, run);
  assert.equal(prepared.target, "Oslo");
  const [amount] = prepared.judge(run).amounts;
  assert.deepEqual([amount?.what, amount?.amount, amount?.most], ["weather_calls", 1, 2]);
  assert.throws(() => prepared.judge({ ...run, policy: NO_POLICY }), ToolRefusal);
});
