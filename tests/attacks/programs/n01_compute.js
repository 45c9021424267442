// want=ok safe | naive Deno Worker: runs | computes
// deno-lint-ignore-file
export default () => {
  const sieve = new Uint8Array(20000);
  const primes = [];
  for (let i = 2; i < sieve.length; i++) {
    if (sieve[i]) continue;
    primes.push(i);
    for (let j = i * i; j < sieve.length; j += i) sieve[j] = 1;
  }
  return primes.length;
};
