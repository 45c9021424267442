// want=timeout | naive Deno Worker: holds | spins while its stack trace is written
// deno-lint-ignore-file
Error.prepareStackTrace = () => {
  for (;;);
};
export default () => {
  const error = new Error("x");
  Object.defineProperty(error, "stack", {
    get() {
      for (;;);
    },
  });
  throw error;
};
