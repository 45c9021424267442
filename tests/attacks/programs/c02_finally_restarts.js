// want=timeout | naive Deno Worker: breaches | starts a new loop from every finally block
// deno-lint-ignore-file
export default function main() {
  try {
    while (true);
  } finally {
    main();
  }
}
