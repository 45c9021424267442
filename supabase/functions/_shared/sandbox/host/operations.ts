/** What a guest can ask of its host: the whole border, in one direction. */
export const OP = {
  log: 0,
  output: 1,
  call: 2,
  arm: 3,
  disarm: 4,
  done: 5,
  fail: 6,
  breach: 7,
  exceed: 8,
} as const;
