// want=timeout | naive Deno Worker: holds | sleeps past its time without any CPU
// deno-lint-ignore-file
export default () =>
  new Promise((resolve) => {
    setTimeout(resolve, 3600000);
  });
