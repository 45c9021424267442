// want=timeout safe | naive Deno Worker: breaches | parses and writes JSON in a loop that swallows every error
// deno-lint-ignore-file
export default () => {
  const text = JSON.stringify(Array.from({ length: 20000 }, (_, i) => ({ i })));
  for (;;) {
    try {
      JSON.stringify(JSON.parse(text));
    } catch {
      continue;
    }
  }
};
