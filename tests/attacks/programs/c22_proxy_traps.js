// want=timeout | naive Deno Worker: breaches | a proxy that invents a new key for every question
// deno-lint-ignore-file
export default () => {
  for (
    const key in new Proxy({}, {
      ownKeys() {
        for (;;);
      },
    })
  ) return key;
};
