// In two parts, so that no scanner takes this very file for the test file.
const SIGNATURE = new TextEncoder().encode(
  "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
);

/** Whether the EICAR test file is anywhere in a content: what every scanner has to find. */
export function holdsEicar(bytes: Uint8Array): boolean {
  const [first = 0] = SIGNATURE;
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (SIGNATURE.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}
