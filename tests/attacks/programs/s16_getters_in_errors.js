// want=error | naive Deno Worker: holds | throws an error whose getters look around while it is reported
// deno-lint-ignore-file
const isForeign = (value) => {
  if (value === null || typeof value !== "object" && typeof value !== "function") return false;
  let top = value;
  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;
  return top !== Object.prototype && top !== value;
};

export default () => {
  const seen = [];
  const look = () => {
    try {
      null.x;
    } catch (error) {
      seen.push(error);
    }
    if (seen.some(isForeign)) return "BREACH: another world";
    return "looked";
  };
  throw {
    get name() {
      return look();
    },
    get message() {
      seen.push(this);
      return look();
    },
    get stack() {
      throw {
        get stack() {
          return look();
        },
      };
    },
  };
};
