// want=refused safe | naive Deno Worker: holds | lets a cache do the fetching
// deno-lint-ignore-file
export default async () => {
  const cache = await caches.open("e17");
  await cache.add("http://127.0.0.1:47811/e17");
  return { breach: "cached" };
};
