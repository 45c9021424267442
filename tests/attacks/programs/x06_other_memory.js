// want=harmless run=pair-seq | naive Deno Worker: holds | looks for what the tenant before it left in memory
// deno-lint-ignore-file
export default ({ role }) => {
  if (role === "a") {
    const secret = "tenant-a-secret-".repeat(50000);
    return secret.length;
  }
  const bytes = new Uint8Array(300000);
  const at = bytes.findIndex((byte) => byte !== 0);
  return at >= 0 ? { breach: at } : "all zero";
};
