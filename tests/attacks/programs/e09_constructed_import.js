// want=refused | naive Deno Worker: holds | lets a function constructor do the import
// deno-lint-ignore-file
export default async () => {
  const Async = (async () => undefined).constructor;
  try {
    return {
      breach: await new Async('return (await import("http://127.0.0.1:47811/e09")).default')(),
    };
  } catch {
    return "refused";
  }
};
