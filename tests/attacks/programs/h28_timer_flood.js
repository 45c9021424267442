// want=limit | naive Deno Worker: breaches | sets a million timers
// deno-lint-ignore-file
export default () => {
  for (let i = 0; i < 1000000; i++) setTimeout(() => undefined, 100000);
};
