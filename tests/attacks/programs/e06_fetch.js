// want=refused safe | naive Deno Worker: holds | calls fetch
// deno-lint-ignore-file
export default async () => ({ breach: await (await fetch("http://127.0.0.1:47811/e06")).text() });
