// want=timeout | naive Deno Worker: breaches | iterates over an asynchronous generator that never ends
// deno-lint-ignore-file
async function* numbers() {
  for (let n = 0;; n++) yield n;
}
export default async () => {
  for await (const n of numbers()) if (n < 0) return n;
};
