// want=refused safe | naive Deno Worker: holds | imports a data: module that imports from the network
// deno-lint-ignore-file
export default async () => {
  const text = 'export { default } from "http://127.0.0.1:47811/e03";';
  const { default: code } = await import("data:text/javascript," + encodeURIComponent(text));
  return { breach: code };
};
