// want=harmless | naive Deno Worker: breaches | reads the names of its host out of asynchronous stack traces
// deno-lint-ignore-file
export default async (_input, agent) => {
  const stacks = [];
  const note = (error) => stacks.push(String(error?.stack), String(error?.cause?.stack));
  await agent.call("echo", 1).then(() => note(new Error()));
  await agent.call("nothing", 1).catch(note);
  await import("nowhere").catch(note);
  await new Promise((resolve) => setTimeout(() => resolve(note(new Error())), 1));
  const deep = () => deep();
  try {
    deep();
  } catch (error) {
    note(error);
  }
  const text = stacks.join();
  return /file:|node:|ext:|\.ts\b|data:text|\/(?:home|root|tmp|work|usr|srv)\//.test(text)
    ? { breach: text.slice(0, 300) }
    : "clean";
};
