// want=harmless | naive Deno Worker: holds | reads the source text of what it was given
// deno-lint-ignore-file
export default (_input, agent) => {
  const texts = [agent.call, agent.log, agent.output, setTimeout, console.log, Math.random].map(
    String,
  );
  return texts.some((text) => /file:|secret|token/i.test(text)) ? { breach: texts } : texts.length;
};
