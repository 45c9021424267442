// want=refused | naive Deno Worker: holds | hides the address of an import from every scanner
// deno-lint-ignore-file
export default async () => {
  const address = ["ht", "tp://127.0.0.1:47811", "/e04"].join("");
  try {
    return { breach: (await import(address)).default };
  } catch {
    return "refused";
  }
};
