// want=memory | naive Deno Worker: holds | doubles a text until nothing is left
// deno-lint-ignore-file
export default () => {
  let text = "boom";
  while (text.length < 2 ** 29 - 24) text += text;
  return { breach: text.split("").length };
};
