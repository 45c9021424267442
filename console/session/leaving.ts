/** A sign-out on purpose, which the other tabs take part in: an expired session looks the same to them. */
const channel = new BroadcastChannel("cloister.left");

/** Tells the other tabs that this account leaves. */
export function tellLeaving(account: string): void {
  channel.postMessage(account);
}

/** Calls `then` with the account that leaves in another tab. */
export function onLeaving(then: (account: string) => void): void {
  channel.addEventListener("message", ({ data }) => {
    if (typeof data === "string") then(data);
  });
}

/** Removes what this tab keeps of what the account typed: drafts, inputs, and whatever is kept alike. */
export function forgetTyped(account: string): void {
  for (const key of Object.keys(sessionStorage)) {
    const [ours, , owner] = key.split(".");
    if (ours === "cloister" && owner === account) sessionStorage.removeItem(key);
  }
}
