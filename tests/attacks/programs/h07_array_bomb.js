// want=memory safe | naive Deno Worker: breaches | grows an array until nothing is left
// deno-lint-ignore-file
export default () => {
  const all = [];
  for (;;) all.push(Array.from({ length: 100 }, () => all.length));
};
