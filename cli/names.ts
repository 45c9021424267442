import { UsageError } from "./exit.ts";

/**
 * What names one thing at the command line. Throws `UsageError` for what cannot stand in an address:
 * nothing, the dots that mean a folder there, and half a character.
 */
export function parseName(text: string): string {
  if (!/^\.{0,2}$/.test(text) && !/\p{Cs}/u.test(text)) return text;
  throw new UsageError(`${JSON.stringify(text)} names nothing.`);
}

/** The path of a file in a workspace. Throws `UsageError` if one of its parts names nothing. */
export function parsePath(text: string): string {
  text.split("/").forEach(parseName);
  return text;
}
