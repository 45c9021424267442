/** Before it, the flags on which a sandbox process's walls rest mean other things. */
const [MAJOR, MINOR] = [2, 9];

/** The first Deno of which sandbox processes can be made, for people. */
export const FIRST_SUPPORTED = `${MAJOR}.${MINOR}`;

/**
 * Whether a Deno of this version can make sandbox processes; one that names itself otherwise, as
 * hosted functions' does, cannot. It loads nothing else of the engine.
 */
export function isSupported(version = Deno.version.deno): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > MAJOR || (major === MAJOR && minor >= MINOR);
}
