// want=refused safe | naive Deno Worker: breaches | looks for secrets in the environment
// deno-lint-ignore-file
export default () => {
  const found = [];
  for (
    const look of [
      () => Deno.env.toObject(),
      () => process.env,
      () => globalThis.process.report.getReport(),
      () => Deno.args,
    ]
  ) {
    try {
      if (Object.keys(look()).length > 0) found.push(look.toString());
    } catch {
      continue;
    }
  }
  return found.length > 0 ? { breach: found } : "refused";
};
