// want=harmless | naive Deno Worker: holds | listens in on everything that the agent's methods use
// deno-lint-ignore-file
const top = (value) => {
  const up = Object.getPrototypeOf(value);
  return up === null ? value : top(up);
};
const root = Object.prototype;

export default async (_input, agent) => {
  const { apply, ownKeys, getOwnPropertyDescriptor } = Reflect;
  const seen = [];
  const see = (value) => {
    if (value !== null && /object|function/.test(typeof value)) seen[seen.length] = value;
  };
  const owners = [Object, Reflect, JSON, String, String.prototype, Array, Array.prototype];
  owners.push(Promise.prototype, Uint8Array.prototype, Function.prototype, Object.prototype);
  for (const owner of owners) {
    for (const name of ownKeys(owner)) {
      const { value, writable } = getOwnPropertyDescriptor(owner, name);
      if (typeof value !== "function" || !writable || name === "constructor") continue;
      owner[name] = function (...values) {
        see(this);
        for (let i = 0; i < values.length; i++) see(values[i]);
        return apply(value, this, values);
      };
    }
  }
  const bytes = new Uint8Array([1, 2, 3]);
  const works = [
    () => agent.fetch("https://api.example.com/", { method: "POST", body: bytes }),
    () => agent.files.write("t20.txt", bytes),
    () => agent.files.bytes("own.txt"),
    () => agent.shell("ls"),
    () => agent.llm.stream({}).next(),
    () => agent.search("x", {}),
  ];
  for (let i = 0; i < works.length; i++) {
    try {
      see(await works[i]());
    } catch (error) {
      see(error);
      see(error.constructor);
    }
  }
  const count = seen.length;
  for (let i = 0; i < count; i++) {
    if (top(seen[i]) !== root) return { breach: "something of another world" };
  }
  return count;
};
