// want=timeout | naive Deno Worker: breaches | normalises a long accented text in a loop
// deno-lint-ignore-file
export default () => {
  const text = "e\u0301".repeat(100000);
  for (;;) text.normalize("NFC");
};
