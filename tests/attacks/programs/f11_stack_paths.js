// want=harmless safe | naive Deno Worker: holds | reads paths of the host out of stack traces
// deno-lint-ignore-file
export default () => {
  const text = [
    new Error().stack,
    (() => {
      try {
        null.x;
      } catch (error) {
        return error.stack;
      }
    })(),
    (() => {
      try {
        JSON.parse("{");
      } catch (error) {
        return error.stack;
      }
    })(),
  ].join();
  return /file:|\/(?:home|root|tmp|work|var|usr)\//.test(text)
    ? { breach: text.slice(0, 200) }
    : "clean";
};
