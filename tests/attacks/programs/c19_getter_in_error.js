// want=timeout safe | naive Deno Worker: breaches | an error whose message spins while it is reported
// deno-lint-ignore-file
export default () => {
  throw Object.defineProperty(new Error("x"), "message", {
    get() {
      for (;;);
    },
  });
};
