// want=ok | naive Deno Worker: runs | waits, in order
// deno-lint-ignore-file
export default async () => {
  const order = [];
  const wait = (ms) =>
    new Promise((resolve) =>
      setTimeout(() => {
        order.push(ms);
        resolve();
      }, ms)
    );
  await Promise.all([wait(30), wait(5)]);
  const beats = await new Promise((resolve) => {
    let n = 0;
    const timer = setInterval(() => {
      if (++n === 3) {
        clearInterval(timer);
        resolve(n);
      }
    }, 1);
  });
  return [order, beats];
};
