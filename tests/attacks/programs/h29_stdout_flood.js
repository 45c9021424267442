// want=limit | naive Deno Worker: breaches | writes past every log straight to the host's output
// deno-lint-ignore-file
export default () => {
  const noise = new Uint8Array(100000).fill(65);
  for (;;) Deno.stdout.writeSync(noise);
};
