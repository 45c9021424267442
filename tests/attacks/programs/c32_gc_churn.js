// want=timeout | naive Deno Worker: breaches | makes garbage as fast as it can
// deno-lint-ignore-file
export default () => {
  for (let ring = [];; ring = ring.length > 5000 ? [] : ring) {
    ring.push({ ring, text: String(ring.length) });
  }
};
