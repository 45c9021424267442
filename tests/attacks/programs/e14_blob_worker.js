// want=refused | naive Deno Worker: breaches | lets a worker made of a blob do the import
// deno-lint-ignore-file
export default async () => {
  const code = 'import "http://127.0.0.1:47811/e14"; fetch("http://127.0.0.1:47811/e14b");';
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  new Worker(url, { type: "module" });
  await new Promise((resolve) => setTimeout(resolve, 200));
};
