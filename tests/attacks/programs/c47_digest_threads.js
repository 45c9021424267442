// want=timeout | naive Deno Worker: breaches | leaves hashing behind in the threads that everybody shares
// deno-lint-ignore-file
export default async () => {
  const bytes = new Uint8Array(64 * 1024 * 1024);
  const hash = () => crypto.subtle.digest("SHA-512", bytes).then(hash);
  await Promise.all([hash(), hash(), hash(), hash()]);
};
