// want=error safe | naive Deno Worker: holds | throws where nobody can catch it
// deno-lint-ignore-file
export default () =>
  new Promise((resolve) => {
    setTimeout(() => {
      throw new Error("from a timer");
    }, 5);
    setTimeout(resolve, 200);
  });
