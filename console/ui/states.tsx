import type { ComponentChildren } from "preact";

/** Something is on its way. Said to screen readers, too. */
export function Loading({ what = "Loading" }: { what?: string }) {
  return <p class="loading" role="status" aria-busy="true">{what}…</p>;
}

/** There is nothing to list: says so, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p>
        <strong>{title}</strong>
      </p>
      {children}
    </div>
  );
}

const TONES: Readonly<Record<string, Tone>> = {
  succeeded: "good",
  active: "good",
  published: "good",
  delivered: "good",
  ok: "good",
  queued: "idle",
  archived: "idle",
  cancelled: "idle",
  revoked: "idle",
  running: "busy",
  pending: "busy",
  waiting: "busy",
  awaiting_approval: "busy",
  warning: "warn",
  timed_out: "warn",
  out_of_memory: "warn",
  output_exceeded: "warn",
  failed: "bad",
  lost: "bad",
  quarantined: "bad",
  blocked: "bad",
  critical: "bad",
  expired: "bad",
};

/** How a badge is meant; never by its colour alone, since it carries the word. */
export type Tone = "good" | "idle" | "busy" | "warn" | "bad";

/** A state as a word with a colour. */
export function StatusBadge({ status, tone }: { status: string; tone?: Tone }) {
  return (
    <span class={`badge ${tone ?? TONES[status] ?? "idle"}`}>{status.replaceAll("_", " ")}</span>
  );
}
