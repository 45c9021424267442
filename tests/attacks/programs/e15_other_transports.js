// want=refused | naive Deno Worker: holds | tries the connections that nobody thinks of
// deno-lint-ignore-file
export default async () => {
  const opened = [];
  const tries = {
    quic: () => Deno.connectQuic({ hostname: "127.0.0.1", port: 47811, alpnProtocols: ["h3"] }),
    transport: () => new WebTransport("https://127.0.0.1:47811/").ready,
    stream: () => new WebSocketStream("ws://127.0.0.1:47811/").opened,
    events: () =>
      new Promise((_, fail) => new EventSource("http://127.0.0.1:47811/").onerror = fail),
    beacon: () => navigator.sendBeacon("http://127.0.0.1:47811/"),
    unix: () => Deno.connect({ transport: "unix", path: "/run/docker.sock" }),
    name: () => Deno.resolveDns("stolen.example.com", "A"),
  };
  for (const [name, connect] of Object.entries(tries)) {
    try {
      await Promise.race([connect(), new Promise((_, fail) => setTimeout(fail, 40))]);
      opened.push(name);
    } catch {
      continue;
    }
  }
  return opened.length > 0 ? { breach: opened } : "none";
};
