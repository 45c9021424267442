// want=ok | naive Deno Worker: runs | mentions import( and fetch( without meaning it
// deno-lint-ignore-file
// import("http://example.com") and fetch() are only words here
export default () => {
  const o = { import: (x) => x, fetch: (x) => x };
  return [o.import("a"), o.fetch("b"), 'import("x")', "eval(1)"];
};
