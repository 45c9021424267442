import assert from "@std/assert";
import * as z from "zod";
import { anonymous, person, testStack } from "../stack.ts";
import { desk } from "./cli.ts";

const HOSTILE = "\x1b]0;title\x07\x1b[31mred\x9b2J\u202eback\x7f\rover";
/** As much of it as is kept as a file. */
const HOSTILE_TEXT = "\x1b[31mred\x9b2J\u202eback";

Deno.test("what an agent says cannot steer a terminal, and reaches a pipe as it is", async () => {
  const ann = await person("ann");
  await using at = await desk(ann);
  const source = `export default (input, agent) => { agent.log(input); return input; };`;
  await ann.call("POST", "/agents", { body: { name: "echo", source } });
  const words = ["run", "echo", "--stream", "-i", JSON.stringify(HOSTILE)];
  const shown = await at.cli(words, { terminal: true, env: { NO_COLOR: "1" } });
  assert.equal(shown.code, 0);
  // deno-lint-ignore no-control-regex -- none of these may be there
  assert.doesNotMatch(shown.stdout + shown.stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  assert.match(shown.stderr, /\\x1b\]0;title\\x07/);
  assert.equal(JSON.parse(shown.stdout), HOSTILE);
  const piped = await at.cli(words);
  assert.equal(piped.stdout, `${JSON.stringify(HOSTILE)}\n`);
  await at.write("hostile.txt", HOSTILE_TEXT);
  assert.equal((await at.cli(["files", "put", "hostile.txt", "-a", "echo"])).code, 0);
  const file = ["files", "get", "hostile.txt", "-a", "echo"];
  assert.equal((await at.cli(file)).stdout, HOSTILE_TEXT);
  assert.equal(JSON.parse((await at.cli([...file, "--json"])).stdout).text, HOSTILE_TEXT);
  // deno-lint-ignore no-control-regex -- as above
  assert.doesNotMatch((await at.cli(file, { terminal: true })).stdout, /[\x1b\x07\x9b\u202e]/);
});

Deno.test("a credential on the command line is refused before anything is sent, and not repeated", async () => {
  await using at = await desk();
  const sent: unknown[] = [];
  const fetch: typeof globalThis.fetch = (input) => {
    sent.push(input);
    return Promise.reject(new TypeError("fetch failed"));
  };
  const key = `ck_live_${"a".repeat(16)}_${"b".repeat(49)}`;
  const lines = [["login", "--password", "hush"], ["run", "--api-key=x"], ["login", key], [key]];
  for (const words of lines) {
    const { code, stdout, stderr } = await at.cli(words, { fetch });
    assert.equal(code, 2);
    assert.match(stderr, /history/);
    assert.doesNotMatch(stdout + stderr, /hush|ck_live/);
  }
  assert.deepEqual(sent, []);
});

Deno.test("cloister login keeps a session in a file of its owner alone, and logout ends it", async () => {
  const { url, publishableKey } = testStack();
  const email = `cli-${crypto.randomUUID()}@example.test`;
  await anonymous().auth.signUp({ email, password: "correct horse" });
  await using at = await desk();
  const asked = {
    Address: url,
    "Sign in": "password",
    Publishable: publishableKey,
    "E-mail": email,
  };
  const wrong = { terminal: true, answers: { ...asked, Password: "wrong horse" } };
  assert.equal((await at.cli(["login"], wrong)).code, 3);
  const right = { terminal: true, answers: { ...asked, Password: "correct horse" } };
  const { code, stdout, stderr } = await at.cli(["login"], right);
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout + stderr, /correct horse/);
  assert.equal((await Deno.stat(at.credentials)).mode ?? 0, 0o100600);
  assert.doesNotMatch(await Deno.readTextFile(at.credentials), /correct horse/);
  await Deno.chmod(at.credentials, 0o644);
  assert.match((await at.cli(["whoami"])).stderr, /could be read by others/);
  assert.equal((await Deno.stat(at.credentials)).mode ?? 0, 0o100600);
  assert.equal((await at.cli(["logout"])).code, 0);
  assert.equal((await at.cli(["whoami"])).code, 3);
  assert.doesNotMatch(await Deno.readTextFile(at.credentials), /token/);
});

Deno.test("cloister login takes the code of an e-mail", async () => {
  const { url, publishableKey } = testStack();
  const { supabase } = await person("coded");
  const { data: { session } } = await supabase.auth.getSession();
  await using at = await desk();
  const asked: unknown[] = [];
  // No e-mail leaves the stack that tests share: Auth's side of it is played here.
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const { pathname } = new URL(String(input));
    if (!/^\/auth\/v1\/(otp|verify)$/.test(pathname)) return await globalThis.fetch(input, init);
    const { email, token, type, create_user } = JSON.parse(String(init?.body));
    asked.push([email, token ?? create_user, type]);
    return Response.json(pathname.endsWith("otp") ? {} : session);
  };
  const answers = { Address: url, "Sign in": "code", Publishable: publishableKey };
  const typed = { ...answers, "E-mail address": "ann@example.test", "Code in": " 123456 " };
  const { code, stderr } = await at.cli(["login"], { terminal: true, answers: typed, fetch });
  assert.equal(code, 0, stderr);
  const email = "ann@example.test";
  assert.deepEqual(asked, [[email, false, undefined], [email, "123456", "email"]]);
  assert.equal(JSON.parse((await at.cli(["whoami", "--json"])).stdout).by, "session");
});

Deno.test("a session is sent to no other project than its own, and to no machine in the clear", async () => {
  await using at = await desk(await person("ann"));
  const sent: string[] = [];
  const fetch: typeof globalThis.fetch = (input) => {
    sent.push(String(input));
    return Promise.reject(new TypeError("fetch failed"));
  };
  assert.equal((await at.cli(["whoami", "--url", "https://other.example"], { fetch })).code, 3);
  const env = { CLOISTER_URL: "https://other.example" };
  assert.equal((await at.cli(["whoami"], { fetch, env })).code, 3);
  const key = { CLOISTER_API_KEY: "ck_test_x" };
  const clear = await at.cli(["whoami", "--url", "http://other.example"], { fetch, env: key });
  assert.equal(clear.code, 2);
  assert.match(clear.stderr, /not encrypted/);
  await at.write(".env", "CLOISTER_URL=https://other.example");
  await at.write("cloister.json", '{"name": "x", "url": "https://other.example"}');
  assert.equal((await at.cli(["push"], { fetch })).code, 2);
  assert.deepEqual(sent, []);
});

Deno.test("two processes whose session has run out renew it once between them", async () => {
  await using at = await desk(await person("ann"));
  const Kept = z.object({
    current: z.string(),
    profiles: z.record(z.string(), z.object({ session: z.string() }).loose()),
  });
  const kept = Kept.parse(JSON.parse(await Deno.readTextFile(at.credentials)));
  const profile = kept.profiles[kept.current];
  assert.ok(profile);
  profile.session = JSON.stringify({
    ...JSON.parse(profile.session),
    expires_at: 1,
    expires_in: 0,
  });
  await Deno.writeTextFile(at.credentials, JSON.stringify(kept));
  let renewals = 0;
  const fetch: typeof globalThis.fetch = (input, init) => {
    if (String(input).includes("grant_type=refresh_token")) renewals++;
    return globalThis.fetch(input, init);
  };
  const both = await Promise.all([at.cli(["whoami"], { fetch }), at.cli(["limits"], { fetch })]);
  assert.deepEqual(both.map(({ code }) => code), [0, 0]);
  assert.equal(renewals, 1);
});
