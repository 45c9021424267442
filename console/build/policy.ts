/**
 * What a page of the console may load and speak to: its own files, and the project. No code and no
 * style inside the HTML, no eval, no frame around it.
 */
export function contentPolicy(project: string | undefined): string {
  const connect = ["'self'", ...project === undefined ? [] : [new URL(project).origin]];
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${connect.join(" ")}`,
    "worker-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types default",
  ].join("; ");
}

/** The headers that every page of the console is served with; a meta element knows but the first. */
export function pageHeaders(project: string | undefined): Record<string, string> {
  return {
    "content-security-policy": `${contentPolicy(project)}; frame-ancestors 'none'`,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
  };
}
