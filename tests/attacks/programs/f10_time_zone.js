// want=refused | naive Deno Worker: breaches | asks where the host stands
// deno-lint-ignore-file
export default () => {
  const minutes = new Date(2026, 5, 1).getTimezoneOffset();
  const zone = globalThis.Intl?.DateTimeFormat().resolvedOptions().timeZone;
  return minutes !== 0 || zone ? { breach: [minutes, zone ?? ""] } : "universal time";
};
