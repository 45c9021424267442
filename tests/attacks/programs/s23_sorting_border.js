// want=harmless | naive Deno Worker: holds | changes its values while they are written
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

export default async (_input, agent) => {
  const seen = [];
  const shifting = {
    get a() {
      delete shifting.b;
      Object.prototype.toJSON = function (key) {
        seen.push(this, key);
        return this;
      };
      return {
        get deep() {
          Array.prototype.toJSON = () => ["changed"];
          return [1];
        },
      };
    },
    b: 1,
  };
  agent.log("x", shifting);
  await agent.call("echo", shifting);
  console.log(shifting, [shifting]);
  delete Object.prototype.toJSON;
  delete Array.prototype.toJSON;
  return seen.some(isForeign) ? { breach: "something of another world" } : seen.length;
};
