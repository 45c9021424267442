// want=memory | naive Deno Worker: breaches | fills a map
// deno-lint-ignore-file
export default () => {
  const map = new Map();
  for (let i = 0;; i++) map.set("key " + i, { i });
};
