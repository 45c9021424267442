// want=refused safe | naive Deno Worker: breaches | imports from the network as text and as bytes
// deno-lint-ignore-file
export default async () => {
  const taken = [];
  for (const type of ["text", "bytes", "json"]) {
    try {
      taken.push(await import("http://127.0.0.1:47811/e12", { with: { type } }));
    } catch {
      continue;
    }
  }
  return taken.length > 0 ? { breach: taken.length } : "nothing";
};
