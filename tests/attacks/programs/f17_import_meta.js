// want=harmless safe | naive Deno Worker: holds | asks where its own module lies
// deno-lint-ignore-file
export default () => {
  const { url = "", filename = "", dirname = "" } = import.meta;
  const told = [url, filename, dirname].map(String).join(" ");
  return /file:|\/(?:home|root|tmp|work|usr|srv)\//.test(told) ? { breach: told } : "nowhere";
};
