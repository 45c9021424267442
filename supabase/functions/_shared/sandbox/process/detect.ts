import { EngineUnavailable, type Limits } from "../engine.ts";
import { GUEST_TEXT } from "../host/guest_text.ts";
import { type Box, BOXES, type Design, designsOf, launchOf, rlimitsOf, type Start } from "./box.ts";
import type { Child } from "./child.ts";
import { SAY } from "./frames.ts";
import { canMeasure } from "./meter.ts";
import { Nursery } from "./nursery.ts";
import type { Log } from "./pool.ts";
import { spawnChild } from "./spawn.ts";
import { FIRST_SUPPORTED, isSupported } from "./supported.ts";

/** A design that was seen to work, and how to make one more process of it. */
export interface Detected {
  design: Design;
  spawn(): Child;
  /** Ends what children are made from. */
  close(): Promise<void>;
}

/** What an operator decides of a design. */
export interface Wanted {
  box: Box | undefined;
  bubblewrap: string;
  jit: boolean;
  start: Start;
  ceiling: Readonly<Limits>;
}

/** Tries the boxes, the strongest first, by starting a process in each, until one becomes warm. */
export async function detect({ box, ...wanted }: Wanted, log: Log): Promise<Detected> {
  if (!isSupported()) {
    throw new EngineUnavailable(`processes need Deno ${FIRST_SUPPORTED} or newer`);
  }
  if (wanted.start === "fork" && !canMeasure()) {
    throw new EngineUnavailable("forked processes need a /proc that may be read");
  }
  const rlimits = await canLimit(wanted);
  const boxes = box === undefined ? BOXES : [box];
  for (const design of boxes.flatMap((one) => designsOf(one, { ...wanted, rlimits }))) {
    const detected = makerOf(design);
    if (!await works(detected)) {
      await detected.close();
      continue;
    }
    warn(design, log);
    return detected;
  }
  throw new EngineUnavailable(`no sandbox process starts (box: ${box ?? "any"})`);
}

/** An operator who has fewer walls than there could be hears of each that is missing. */
function warn({ box, strict, filtered, start, user, rlimits }: Design, log: Log): void {
  if (box === "plain") log("sandbox_unboxed", { missing: "bubblewrap and seccomp" });
  if (!filtered && box === "bubblewrap" && start === "spawn") {
    log("sandbox_unfiltered", { missing: "a seccomp filter for this system" });
  }
  if (!strict) log("sandbox_namespaces_open", { missing: "bubblewrap 0.8 or newer" });
  if (user === undefined && Deno.build.os !== "windows" && Deno.uid() === 0) {
    log("sandbox_of_root", { missing: "a Deno that other users may execute" });
  }
  if (!rlimits) log("sandbox_without_rlimits", { missing: "a /bin/sh that sets limits" });
  if (!canMeasure()) log("sandbox_unmetered", { missing: "a /proc that may be read" });
}

function makerOf(design: Design): Detected {
  const boot = { type: "boot", guest: GUEST_TEXT, OP: SAY } as const;
  if (design.start === "fork") {
    const nursery = new Nursery(design, boot);
    return { design, spawn: () => nursery.spawn(), close: () => nursery.close() };
  }
  const launch = launchOf(design);
  return { design, spawn: () => spawnChild(launch, boot), close: () => Promise.resolve() };
}

async function works({ spawn }: Detected): Promise<boolean> {
  let child: Child;
  try {
    child = spawn();
  } catch {
    return false;
  }
  const isWarm = await child.ready;
  await child.kill();
  return isWarm;
}

async function canLimit(design: Pick<Design, "jit" | "ceiling">): Promise<boolean> {
  try {
    const args = ["-c", rlimitsOf(design)];
    const { success } = await new Deno.Command("/bin/sh", { args, stderr: "null" }).output();
    return success;
  } catch {
    return false;
  }
}
