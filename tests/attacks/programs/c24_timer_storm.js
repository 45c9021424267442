// want=timeout | naive Deno Worker: holds | timers that set timers
// deno-lint-ignore-file
export default () =>
  new Promise(() => {
    const more = () => {
      setTimeout(more);
    };
    for (let i = 0; i < 50; i++) more();
  });
