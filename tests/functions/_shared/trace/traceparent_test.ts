import assert from "@std/assert";
import {
  formatTraceparent,
  newContext,
  parseTraceparent,
} from "../../../../supabase/functions/_shared/trace/traceparent.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

Deno.test("parseTraceparent() reads what W3C Trace Context calls valid", () => {
  const at = { traceId: TRACE, spanId: SPAN };
  assert.deepEqual(parseTraceparent(`00-${TRACE}-${SPAN}-01`), { ...at, sampled: true });
  assert.deepEqual(parseTraceparent(`00-${TRACE}-${SPAN}-00`), { ...at, sampled: false });
  assert.deepEqual(parseTraceparent(`00-${TRACE}-${SPAN}-ff`), { ...at, sampled: true });
  assert.deepEqual(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-comes`), {
    ...at,
    sampled: true,
  });
});

Deno.test("parseTraceparent() ignores whatever is malformed", () => {
  const malformed = [
    undefined,
    null,
    "",
    "00",
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-0x`,
    `0-${TRACE}-${SPAN}-01`,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
    `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
    `00_${TRACE}_${SPAN}_01`,
    `cc-${TRACE}-${SPAN}-01-${"x".repeat(500)}`,
  ];
  for (const text of malformed) assert.equal(parseTraceparent(text), undefined, String(text));
});

Deno.test("a new place in a trace is in its parent's trace and has an id of its own", () => {
  const parent = { traceId: TRACE, spanId: SPAN, sampled: true };
  const child = newContext(parent, true);
  assert.equal(child.traceId, TRACE);
  assert.notEqual(child.spanId, SPAN);
  assert.deepEqual(parseTraceparent(formatTraceparent(child)), child);
  const root = newContext(undefined, false);
  assert.deepEqual(parseTraceparent(formatTraceparent(root)), root);
});
