import assert from "@std/assert";
import {
  createForwarding,
  FORWARDED_HEADER,
} from "../../../supabase/functions/_shared/forwarding.ts";

const FIRST = { requestId: "first", address: "fd00:1:2:3::1", userAgent: "client (ünïcode) 1.0" };
const HERE = { requestId: "here", address: "fd00:9::1", userAgent: "Deno" };
const AUTHORIZATION = "Bearer ann";

const headersOf = (mark: string, authorization = AUTHORIZATION) =>
  new Headers({ [FORWARDED_HEADER]: mark, authorization });

Deno.test("a call of ours is its caller's: address and client are told and believed", async () => {
  const forwarding = createForwarding("secret");
  const mark = await forwarding.mark(FIRST, AUTHORIZATION);
  const believed = await forwarding.believed(headersOf(mark), HERE);
  assert.deepEqual(believed, { ...FIRST, requestId: "here" });
  const nowhere = await forwarding.mark(
    { requestId: "r", address: undefined, userAgent: undefined },
    AUTHORIZATION,
  );
  const { address, userAgent } = await forwarding.believed(headersOf(nowhere), HERE);
  assert.deepEqual([address, userAgent], [undefined, undefined]);
});

Deno.test("nobody else's word on where a call comes from is believed, and none for long", async () => {
  let now = 1_000_000;
  const forwarding = createForwarding("secret", () => now);
  const mark = await forwarding.mark(FIRST, AUTHORIZATION);
  const forged = [
    await createForwarding("guess").mark(FIRST, AUTHORIZATION),
    mark.replace("fd00", "fd01"),
    mark.slice(0, -1),
    `%E0%A4%A.${mark.slice(-43)}`,
    "",
    "x".repeat(5_000),
  ];
  for (const value of forged) {
    assert.equal(await forwarding.believed(headersOf(value), HERE), HERE, value.slice(0, 80));
  }
  assert.equal(await forwarding.believed(headersOf(mark, "Bearer bob"), HERE), HERE);
  now += 60_001;
  assert.equal(await forwarding.believed(headersOf(mark), HERE), HERE);
});
