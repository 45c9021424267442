// want=timeout | naive Deno Worker: breaches | splits a text by a pattern that backtracks, inside of promises
// deno-lint-ignore-file
export default async () => {
  const text = "x".repeat(60);
  for (;;) await Promise.resolve().then(() => text.split(/(?:x+x+)+y/));
};
