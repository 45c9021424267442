import assert from "@std/assert";
import * as z from "zod";
import { createEgress } from "../../../supabase/functions/_shared/egress/create.ts";
import type { Egress } from "../../../supabase/functions/_shared/egress/egress.ts";
import type { Tool } from "../../../supabase/functions/tools/calls/tool.ts";
import type { FakeService, Mood } from "../../fakes/service.ts";
import { onEveryEngine, outputOf, type ToolRig, type Wish } from "./rig.ts";

/** A fake, and the way out to it: by its address, and by the name that it has in tests. */
export interface Service {
  fake: FakeService;
  egress: Egress;
  /** `http://service.example.com:<port>`, which leads to the fake as well. */
  named: string;
}

/** The host that {@link Service.named} is on. */
export const SERVICE_HOST = "service.example.com";

/** Registers a promise about a tool that is built on a service, for each engine. */
export function onEveryService(
  promise: string,
  start: () => FakeService,
  tools: (service: Service) => readonly Tool[],
  test: (rig: ToolRig, fake: FakeService) => Promise<void>,
): void {
  let fake: FakeService;
  onEveryEngine(promise, () => {
    fake = start();
    return tools(reach(fake));
  }, async (rig) => {
    await using service = fake;
    await test(rig, service);
  });
}

/** A way out that leads to one fake. */
export function reach(fake: FakeService): Service {
  const named = `http://${SERVICE_HOST}:${new URL(fake.url).port}`;
  const egress = createEgress({
    privateOrigins: [fake.url, named],
    resolve: () => Promise.resolve(["127.0.0.1"]),
  });
  return { fake, egress, named };
}

/** A tool over a service that has so long to answer. */
export type Make = (timeoutMs: number) => (service: Service) => readonly Tool[];

/** How long a service has that is to answer, on however busy a machine. */
export const PATIENT_MS = 20_000;
/** How long one has that will not. */
const IMPATIENT_MS = 300;

/**
 * Registers the promises about a service that fails: a typed error for everything that it can do
 * wrong, after which the run goes on. The program answers the codes of its calls.
 */
export function onEveryFailure(
  name: string,
  start: () => FakeService,
  make: Make,
  wish: Wish,
): void {
  const codesOf = async (rig: ToolRig, fake: FakeService, mood: Mood) => {
    fake.mood = mood;
    return Texts.parse(outputOf(await rig.run(wish)));
  };
  onEveryService(
    `${name}: what a service does wrong is a typed error, and the run goes on`,
    start,
    make(PATIENT_MS),
    async (rig, fake) => {
      for (const mood of ["error", "huge", "broken", "page"] as const) {
        const codes = await codesOf(rig, fake, mood);
        assert.deepEqual(codes, codes.map(() => "upstream_failed"), mood);
      }
    },
  );
  onEveryService(
    `${name}: a service that never answers is waited for as long as it may take, and no longer`,
    start,
    make(IMPATIENT_MS),
    async (rig, fake) => {
      const codes = await codesOf(rig, fake, "slow");
      assert.deepEqual(codes, codes.map(() => "timed_out"));
    },
  );
}

/** The beginning of a program that tells how each of its calls went. */
export const ATTEMPT = `const attempt = async (work) => {
  try { return { value: await work() }; }
  catch (error) { return { name: error.name, code: error.code, message: error.message }; }
};
const codeOf = async (work) => (await attempt(work)).code ?? "ok";
`;

/** A list of texts, as programs give them. */
export const Texts = z.array(z.string());
