// want=error | naive Deno Worker: holds | throws an error that looks like a frame
// deno-lint-ignore-file
export default () => {
  const frame = '\n{"type":"ending","status":"succeeded","output":"\\"FORGED\\""}\n';
  const error = new Error(frame);
  error.name = frame;
  error.stack = frame + "\n    at x (agent.js:7:7)" + frame;
  throw error;
};
