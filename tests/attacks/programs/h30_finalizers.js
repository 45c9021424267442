// want=harmless | naive Deno Worker: holds | wants to be called when it is gone
// deno-lint-ignore-file
export default () => {
  globalThis.kept = new FinalizationRegistry(() => {
    for (;;);
  });
  for (let i = 0; i < 1000; i++) globalThis.kept.register({}, i);
  return "waiting";
};
