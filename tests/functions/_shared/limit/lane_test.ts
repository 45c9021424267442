import assert from "@std/assert";
import { Crowded, Lane, Turns } from "../../../../supabase/functions/_shared/limit/lane.ts";

/** A lane whose calls end when they are told to. */
function lane(room = 10) {
  const calls: { asks: readonly number[]; end: PromiseWithResolvers<number[]> }[] = [];
  const send = (asks: readonly number[]) => {
    const end = Promise.withResolvers<number[]>();
    calls.push({ asks, end });
    return end.promise;
  };
  return { calls, lane: new Lane(send, room) };
}

Deno.test("one call is under way at a time, and the next one takes all that wait along", async () => {
  const { calls, lane: asking } = lane();
  const answers = [1, 2, 3].map((ask) => asking.ask(ask));
  assert.deepEqual(calls.map(({ asks }) => asks), [[1]]);
  calls[0]?.end.resolve([10]);
  assert.equal(await answers[0], 10);
  assert.deepEqual(calls[1]?.asks, [2, 3]);
  calls[1]?.end.resolve([20, 30]);
  assert.deepEqual(await Promise.all(answers), [10, 20, 30]);
  const late = asking.ask(4);
  calls[2]?.end.resolve([40]);
  assert.equal(await late, 40);
});

Deno.test("a call that fails fails for those in it alone, and so does a wrong number of answers", async () => {
  const { calls, lane: asking } = lane();
  const [first, second, third] = [1, 2, 3].map((ask) => asking.ask(ask));
  calls[0]?.end.reject(new Error("down"));
  await assert.rejects(async () => await first, /down/);
  calls[1]?.end.resolve([20]);
  await assert.rejects(async () => await second, /one answer/);
  await assert.rejects(async () => await third, /one answer/);
  const next = asking.ask(4);
  calls[2]?.end.resolve([40]);
  assert.equal(await next, 40);
});

Deno.test("beyond the room nobody waits", async () => {
  const { calls, lane: asking } = lane(2);
  const answers = [1, 2, 3].map((ask) => asking.ask(ask));
  await assert.rejects(asking.ask(4), Crowded);
  calls[0]?.end.resolve([10]);
  await answers[0];
  calls[1]?.end.resolve([20, 30]);
  assert.deepEqual(await Promise.all(answers), [10, 20, 30]);
});

Deno.test("a turn is passed on, and beyond the room nobody waits for one", async () => {
  const turns = new Turns(1, 1);
  const first = Promise.withResolvers<string>();
  const answers = [
    turns.take(() => first.promise),
    turns.take(() => Promise.resolve("second")),
    turns.take(() => Promise.resolve("third")),
  ];
  await assert.rejects(async () => await answers[2], Crowded);
  first.resolve("first");
  assert.deepEqual(await Promise.all(answers.slice(0, 2)), ["first", "second"]);
});

Deno.test("who waits behind a failure fails with it, and who comes later does not", async () => {
  const turns = new Turns(1, 10);
  const err = new Error("down");
  const work = [() => Promise.reject(err), () => Promise.resolve(), () => Promise.resolve()];
  const ended = await Promise.allSettled(work.map((each) => turns.take<void>(each)));
  assert.ok(ended.every((end) => end.status === "rejected" && end.reason === err));
  assert.equal(await turns.take(() => Promise.resolve("later")), "later");
});
