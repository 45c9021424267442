/** One link of a Markdown file: where it leads, and on which line it stands. */
export interface Link {
  target: string;
  line: number;
}

const FENCE = /^\s*(```|~~~)/;

/** The lines of a Markdown file that are no code block; those that are, are empty. */
export function proseOf(markdown: string): string[] {
  let isCode = false;
  return markdown.split("\n").map((line) => {
    if (FENCE.test(line)) {
      isCode = !isCode;
      return "";
    }
    return isCode ? "" : line;
  });
}

/** Every link and picture outside of code: inline ones, and definitions such as `[a]: b.md`. */
export function linksOf(markdown: string): Link[] {
  return proseOf(markdown).flatMap((text, index) => {
    const bare = text.replace(/`[^`]*`/g, "``");
    const inline = bare.matchAll(/\]\(<?([^()\s<>]*(?:\([^()\s]*\)[^()\s]*)*)>?(?:\s+"[^"]*")?\)/g);
    const defined = bare.matchAll(/^\[[^\]]+\]:\s*(\S+)/g);
    return [...inline, ...defined].map(([, target = ""]) => ({ target, line: index + 1 }));
  });
}

/** The anchors of a Markdown file, as GitHub makes them of its headings. */
export function anchorsOf(markdown: string): Set<string> {
  const found = new Set<string>();
  for (const line of proseOf(markdown)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
    const anchor = anchorOf(plain);
    let name = anchor;
    for (let more = 1; found.has(name); more++) name = `${anchor}-${more}`;
    found.add(name);
  }
  return found;
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(heading: string): string {
  return heading.trim().toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
}

/** Every `deno task …` that a file names, in code and out of it, with its line. */
export function tasksOf(markdown: string): { task: string; line: number }[] {
  const named = /\bdeno(?:@[\d.]+)? task (?:--\w+ )*([a-z][\w:-]*)/g;
  return markdown.split("\n").flatMap((text, index) =>
    [...text.matchAll(named)].map(([, task = ""]) => ({ task, line: index + 1 }))
  );
}
