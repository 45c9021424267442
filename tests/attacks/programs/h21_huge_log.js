// want=limit | naive Deno Worker: breaches | prints a hundred megabytes at once
// deno-lint-ignore-file
export default () => {
  console.log("x".repeat(100000000));
};
