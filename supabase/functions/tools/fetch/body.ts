import { toBase64 } from "../../_shared/base64.ts";

/** Bytes as the program gets them. */
export interface Told {
  body: string;
  encoding: "utf8" | "base64";
}

const TEXT =
  /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|javascript|x-www-form-urlencoded))/i;
const CHARSET = /;\s*charset="?([\w:.-]+)"?/i;

/**
 * Text by its own charset, and whatever else is UTF-8 without a fault as text too; the rest as
 * base64. `clean` sees the text as the program will: a charset may have hidden a secret.
 */
export function tell(
  bytes: Uint8Array,
  contentType: string,
  clean: (text: string) => string,
): Told {
  const text = TEXT.test(contentType) ? decoderOf(contentType).decode(bytes) : decodeUtf8(bytes);
  if (text === undefined) return { body: toBase64(bytes), encoding: "base64" };
  return { body: clean(text), encoding: "utf8" };
}

function decoderOf(contentType: string): TextDecoder {
  try {
    return new TextDecoder(CHARSET.exec(contentType)?.[1] ?? "utf-8");
  } catch {
    return new TextDecoder();
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
