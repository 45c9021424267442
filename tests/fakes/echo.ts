/** Everything that a service can make of a key that it heard and hides from nobody: encoded, whole. */
export function echoesOf(heard: string): string[] {
  const value = heard.replace("Bearer ", "");
  return [heard, value].flatMap((text) => [
    ...[text, encodeURIComponent(text), btoa(text), btoa(`x${text}`)],
    Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join(
      "",
    ),
  ]);
}
