// want=error | naive Deno Worker: holds | returns a value that is nested thousands of times
// deno-lint-ignore-file
export default () => {
  let value = 0;
  for (let i = 0; i < 3000; i++) value = { value };
  return value;
};
