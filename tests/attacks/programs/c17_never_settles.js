// want=timeout safe | naive Deno Worker: holds | waits for a promise that nobody can settle
// deno-lint-ignore-file
export default async () => {
  await new Promise(() => undefined);
};
