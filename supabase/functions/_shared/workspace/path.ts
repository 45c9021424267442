import { FileRefusal } from "./refusal.ts";

/** Where the files of one run lie: they go when it ends. */
export const SCRATCH = "scratch/";

const MAX_BYTES = 1_024;
const MAX_SEGMENT_BYTES = 255;
const MAX_SEGMENTS = 32;

/**
 * What is no character that a person sees: controls, directions, joiners, halves, unknown ones,
 * fillers, selectors of shapes, the empty braille pattern.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;
/** What looks like a slash and is none. */
const LIKE_SLASH = /[\u2044\u2215\u2216\u29f5\u29f8\u29f9\u{1f67c}\u{1f67d}]/u;
/** Characters that some system, shell or archive takes for more than a part of a name. */
const SPECIAL = /[<>:"|?*\\/]/;
/** What Windows takes for a device, whatever comes after the dot. */
const DEVICE = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\.|$)/i;

/** What is wrong with one name between slashes, or undefined. */
function flawOf(name: string): string | undefined {
  if (name === "") return "has an empty part: no slash at its ends, and none twice";
  if (/^\.+$/.test(name)) return "leads elsewhere: a part is dots alone";
  if (SPECIAL.test(name)) return 'holds one of < > : " | ? * or a backslash';
  if (/^[\s~-]/.test(name)) return "has a part that begins with a blank, a tilde or a hyphen";
  if (/[\s.]$/.test(name)) return "has a part that ends with a blank or a dot";
  if (DEVICE.test(name)) return "has a part that names a device";
}

function flawOfSegment(segment: string): string | undefined {
  if (new TextEncoder().encode(segment).length > MAX_SEGMENT_BYTES) {
    return `has a part of more than ${MAX_SEGMENT_BYTES} bytes`;
  }
  if (LIKE_SLASH.test(segment)) return "holds what looks like a slash";
  if (/%[0-9a-f]{2}/i.test(segment)) return "is encoded with percent signs";
  // Read again as what other systems would make of it: a full-width dot is a dot to them.
  return flawOf(segment) ?? flawOf(segment.normalize("NFKC"));
}

function flawOfPath(path: string): string | undefined {
  if (path === "") return "is empty";
  if (!path.isWellFormed() || UNSEEN.test(path)) return "holds characters that nobody sees";
  if (path.normalize("NFC") !== path) return "is not in the normal form NFC";
  if (new TextEncoder().encode(path).length > MAX_BYTES) return `has more than ${MAX_BYTES} bytes`;
  const segments = path.split("/");
  if (segments.length > MAX_SEGMENTS) return `has more than ${MAX_SEGMENTS} parts`;
  const [first = ""] = segments;
  if (first.normalize("NFKC").toLowerCase() === "scratch" && !path.startsWith(SCRATCH)) {
    return "has the name of the scratch area, which is spelled scratch/";
  }
  for (const segment of segments) {
    const flaw = flawOfSegment(segment);
    if (flaw !== undefined) return flaw;
  }
}

/**
 * Throws `path_invalid` unless a text is a path of the workspace: relative, in Unicode's NFC, with
 * nothing in it that leads elsewhere here or on any system that the file may be copied to.
 */
export function checkPath(path: string): void {
  const flaw = flawOfPath(path);
  if (flaw !== undefined) throw new FileRefusal("path_invalid", `The path ${flaw}.`);
}

/** Throws `path_invalid` unless a text can be what paths begin with: nothing, a path, or `path/`. */
export function checkPrefix(prefix: string): void {
  if (prefix !== "" && prefix !== "scratch" && prefix !== SCRATCH) {
    checkPath(prefix.replace(/\/$/, ""));
  }
}
