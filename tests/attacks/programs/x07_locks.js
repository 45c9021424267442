// want=refused run=pair-par | naive Deno Worker: holds | blocks another tenant with a lock
// deno-lint-ignore-file
export default async () => {
  await navigator.locks.request("everything", () => new Promise(() => undefined));
};
