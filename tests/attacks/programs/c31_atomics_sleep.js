// want=refused | naive Deno Worker: breaches | puts the whole thread to sleep
// deno-lint-ignore-file
export default () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0, 60000);
};
