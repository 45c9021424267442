// want=memory | naive Deno Worker: holds | sends texts and bytes that would fill the host
// deno-lint-ignore-file
export default async (_input, agent) => {
  const bytes = new Uint8Array(8 << 20);
  const text = "€".repeat(1 << 20);
  const codes = [];
  for (let i = 0; i < 20; i++) {
    const works = [
      agent.files.write("t24", bytes),
      agent.files.append("t24", text + i),
      agent.fetch("https://api.example.com/", { method: "POST", body: bytes.buffer }),
      agent.llm({ messages: [{ content: text }] }),
      agent.call("echo", { a: { b: { c: [text] } } }),
    ];
    for (const work of works) await work.catch((error) => codes.push(error.code));
  }
  return codes.length;
};
