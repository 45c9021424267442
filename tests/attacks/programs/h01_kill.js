// want=refused safe | naive Deno Worker: breaches | kills its own process, which is everybody's
// deno-lint-ignore-file
export default () => {
  Deno.kill(Deno.pid, "SIGKILL");
};
