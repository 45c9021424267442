// want=refused | naive Deno Worker: breaches | imports a secret as JSON
// deno-lint-ignore-file
export default async () => ({
  breach:
    (await import("file:///srv/cloister-canary/secret.json", { with: { type: "json" } })).default
      .secret,
});
