// want=harmless | naive Deno Worker: holds | lets its host hold as many large answers as it can
// deno-lint-ignore-file
export default (_input, agent) => {
  const large = "x".repeat(200_000);
  const calls = Array.from({ length: 100 }, () => agent.call("echo", large));
  return Promise.all(calls).then((answers) => answers.length);
};
