// want=timeout | naive Deno Worker: breaches | replaces what the reporter of the result would call
// deno-lint-ignore-file
export default () => {
  const spin = () => {
    for (;;);
  };
  JSON.stringify = spin;
  Promise.prototype.then = spin;
  Object.prototype.toJSON = spin;
  String.prototype.slice = spin;
  return {};
};
