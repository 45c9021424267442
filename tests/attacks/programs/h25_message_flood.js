// want=limit | naive Deno Worker: breaches | floods whoever listens to postMessage
// deno-lint-ignore-file
export default () => {
  for (let i = 0; i < 1000000; i++) postMessage({ i });
};
