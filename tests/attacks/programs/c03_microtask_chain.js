// want=timeout safe | naive Deno Worker: breaches | a promise chain that never lets the event loop turn
// deno-lint-ignore-file
export default async () => {
  const again = () => Promise.resolve().then(again);
  await again();
};
