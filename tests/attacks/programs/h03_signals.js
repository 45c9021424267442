// want=refused | naive Deno Worker: breaches | swallows the signal that would end the host
// deno-lint-ignore-file
export default () => {
  Deno.addSignalListener("SIGTERM", () => undefined);
  return { breach: "installed" };
};
