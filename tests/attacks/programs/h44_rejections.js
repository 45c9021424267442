// want=harmless | naive Deno Worker: holds | leaves thousands of rejected promises that nobody looks at
// deno-lint-ignore-file
export default async () => {
  for (let i = 0; i < 3000; i++) Promise.reject(new Error("nobody caught " + i));
  await new Promise((resolve) => setTimeout(resolve, 20));
  for (let i = 0; i < 3000; i++) Promise.reject(null);
  return "left";
};
