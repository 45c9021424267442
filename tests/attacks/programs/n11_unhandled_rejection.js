// want=ok safe | naive Deno Worker: runs | forgets a rejected promise and goes on
// deno-lint-ignore-file
export default async () => {
  Promise.reject(new Error("forgotten"));
  (async () => {
    throw new Error("forgotten too");
  })();
  await new Promise((resolve) => setTimeout(resolve, 5));
  return "fine";
};
