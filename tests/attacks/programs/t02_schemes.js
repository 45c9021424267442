// want=refused | naive Deno Worker: breaches | asks the fetch tool for what is no web page
// deno-lint-ignore-file
export default async (_input, agent) => {
  for (
    const url of [
      "file:///srv/cloister-canary/secret.txt",
      "data:text/plain,x",
      "blob:x",
      "javascript:1",
      "http://169.254.169.254/latest",
      "http://user:pass@127.0.0.1:47811/",
      "//127.0.0.1:47811/t02",
    ]
  ) {
    try {
      return { breach: await agent.call("fetch", { url }) };
    } catch {
      continue;
    }
  }
  return "refused";
};
