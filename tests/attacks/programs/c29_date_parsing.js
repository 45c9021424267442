// want=timeout | naive Deno Worker: breaches | parses dates out of a megabyte of noise
// deno-lint-ignore-file
export default () => {
  const noise = "Jan ".repeat(100000);
  for (;;) Date.parse(noise);
};
