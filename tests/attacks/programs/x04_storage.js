// want=refused run=pair-seq | naive Deno Worker: breaches | keeps something in the browser's stores
// deno-lint-ignore-file
export default async () => {
  const found = [];
  for (const name of ["caches", "localStorage", "sessionStorage", "indexedDB"]) {
    if (name in globalThis) found.push(name);
  }
  return found.length > 0 ? { breach: found } : "nowhere";
};
