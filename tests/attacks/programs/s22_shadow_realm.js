// want=refused | naive Deno Worker: holds | makes a realm of its own to climb out of
// deno-lint-ignore-file
export default async () => {
  const kinds = ["ShadowRealm", "Compartment", "Realm", "AsyncContext"].filter((name) =>
    name in globalThis
  );
  if (kinds.length === 0) return "none";
  const inner = new ShadowRealm();
  return { breach: [kinds, inner.evaluate("typeof Deno + typeof process")] };
};
