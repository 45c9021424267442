// want=ok safe | naive Deno Worker: runs | dates, scripts, surrogates and big numbers come back as they are
// deno-lint-ignore-file
export default () => [
  new Date(0).toISOString(),
  "żółć 漢字 😀",
  "\ud800 \u0000 \u2028",
  Number.MAX_SAFE_INTEGER,
  0.1 + 0.2,
  -0,
  [..."👩‍👩‍👧"].length,
];
