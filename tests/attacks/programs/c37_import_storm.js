// want=timeout | naive Deno Worker: breaches | asks for modules without end and catches every refusal
// deno-lint-ignore-file
export default async () => {
  for (let n = 0;; n++) await import("module-" + n).catch(() => undefined);
};
