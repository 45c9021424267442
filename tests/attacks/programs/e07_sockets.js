// want=refused | naive Deno Worker: breaches | opens every kind of socket
// deno-lint-ignore-file
export default () => {
  const made = [];
  for (
    const kind of [
      "WebSocket",
      "EventSource",
      "WebSocketStream",
      "RTCPeerConnection",
      "XMLHttpRequest",
    ]
  ) {
    try {
      made.push(new globalThis[kind]("ws://127.0.0.1:47811/e07"));
    } catch {
      continue;
    }
  }
  return made.length > 0 ? { breach: made.length } : "none";
};
