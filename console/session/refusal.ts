const WORDS: Readonly<Record<string, string>> = {
  otp_expired: "The link has expired, or was used before. Ask for another one.",
  access_denied: "The sign-in was refused, or broken off.",
  signup_disabled: "This project takes no new accounts.",
  user_banned: "This account is barred from the project.",
};
const PARAMETERS = ["code", "error", "error_code", "error_description"];

/**
 * Takes what a link or a provider answered out of the address bar, and says why nobody was signed
 * in by it; undefined where the address holds nothing of the kind. The words are ours: the
 * address can be anybody's.
 */
export function takeRefusal(): string | undefined {
  const url = new URL(location.href);
  const told = new URLSearchParams(url.hash.slice(1));
  const isInHash = told.has("error") || told.has("error_code");
  const found = isInHash ? told : url.searchParams;
  const codes = [found.get("error_code"), found.get("error")];
  const isRefused = codes.some((code) => code !== null);
  if (!isRefused && !found.has("code")) return undefined;
  for (const name of PARAMETERS) url.searchParams.delete(name);
  if (isInHash) url.hash = "";
  history.replaceState(history.state, "", url);
  if (!isRefused) return "The link works once, in the browser that asked for it. Ask for another.";
  return codes.map(wordsFor).find((words) => words !== undefined) ??
    "The sign-in failed. Please try again.";
}

function wordsFor(code: string | null): string | undefined {
  return code !== null && Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
}
