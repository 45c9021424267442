/** The next round number: 1, 2, 4 or 5 and zeros, so that half of it is round, too. */
export function roundUp(value: number): number {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const digit = [1, 2, 4, 5, 10].find((each) => each * power >= value) ?? 10;
  return digit * power;
}
