// want=harmless | naive Deno Worker: holds | collects the errors that a full stack gives at every door of its world
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

export default async (_input, agent) => {
  const caught = [];
  const doors = [
    () => agent.log("x", { a: 1 }),
    () => agent.output(1),
    () => agent.call("echo", 1).catch((error) => caught.push(error)),
    () => console.error({ a: [1] }),
    () => clearTimeout(setTimeout(() => 0, 1)),
    () => queueMicrotask(() => 0),
    () => import("x").catch((error) => caught.push(error)),
    () => JSON.parse("[[[[1]]]]"),
    () => new Error("x").stack,
    () => new Function("return 1")(),
  ];
  for (const door of doors) {
    const fall = () => {
      try {
        fall();
      } catch (error) {
        if (caught.length < 4000) caught.push(error);
        try {
          door();
        } catch (other) {
          if (caught.length < 4000) caught.push(other);
        }
        if (caught.length % 20 === 0) throw error;
      }
    };
    try {
      fall();
    } catch (error) {
      caught.push(error);
    }
  }
  await null;
  return caught.some(isForeign) ? { breach: String(caught.find(isForeign)) } : caught.length;
};
