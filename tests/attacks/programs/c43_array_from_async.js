// want=timeout | naive Deno Worker: breaches | collects an asynchronous iterable that yields nothing for ever
// deno-lint-ignore-file
export default () =>
  Array.fromAsync({
    [Symbol.asyncIterator]: () => ({ next: () => ({ then: (done) => done({ value: 0 }) }) }),
  });
