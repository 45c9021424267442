import assert from "@std/assert";
import { operator } from "../matrix/cast.ts";
import { ROUTES } from "../matrix/expected.ts";

Deno.test("every path that the clock calls is a route for the clock alone", async () => {
  await using sql = operator();
  const jobs = await sql<{ work: string }[]>`select work from app.jobs where kind = 'http'`;
  assert.ok(jobs.length > 0);
  for (const { work } of jobs) assert.equal(ROUTES[`POST ${work}`]?.needs, "clock", work);
});
