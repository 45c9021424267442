/** Saves what was loaded already as a file of the browser: the page stays, nothing is opened. */
export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The download begins in its own time.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
