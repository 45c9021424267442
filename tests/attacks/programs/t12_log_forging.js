// want=harmless safe | naive Deno Worker: breaches | forges lines and terminal commands in the log
// deno-lint-ignore-file
export default () => {
  console.log("fine\r\nINJECT: admin logged in\n\u001b[2J\u001b]0;INJECT\u0007");
  return "logged";
};
