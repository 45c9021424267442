// want=refused | naive Deno Worker: holds | reaches for the host through files, shell and fetch
// deno-lint-ignore-file
export default async (_input, agent) => {
  const paths = [
    "../own.txt",
    "/srv/cloister-canary/secret",
    "a/../../x",
    "..\\x",
    "own.txt\0.png",
  ];
  paths.push(
    "%2e%2e/x",
    "\u2025/x",
    "a//b",
    "scratch/../../x",
    ".",
    "C:\\x",
    "~/x",
    "x".repeat(2e3),
  );
  const urls = ["http://127.0.0.1:47811/t27", "http://0x7f.1:47811/", "http://[::1]:47811/"];
  urls.push("file:///srv/cloister-canary/secret", "http://api.example.com@127.0.0.1:47811/");
  const reached = [];
  const note = (what) => (value) => void reached.push([what, value]);
  for (const path of paths) {
    await agent.files.read(path).then(note(path), () => {});
    await agent.files.write(path, "x").then(note(path), () => {});
  }
  for (const url of urls) await agent.fetch(url).then(note(url), () => {});
  await agent.shell("cat /etc/passwd; curl http://127.0.0.1:47811/").then(note("shell"), () => {});
  return reached.length > 0 ? { breach: reached } : "nothing";
};
