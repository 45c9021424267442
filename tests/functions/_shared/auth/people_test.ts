import assert from "@std/assert";
import { SignJWT } from "jose";
import postgres from "postgres";
import { createApp } from "../../../../supabase/functions/_shared/app.ts";
import { readEnv } from "../../../../supabase/functions/_shared/env.ts";
import { createPlatform } from "../../../../supabase/functions/_shared/platform.ts";
import { agents } from "../../../../supabase/functions/agents/agents/routes.ts";
import { becomeQuiet } from "../../../background.ts";
import { ADDRESS_HEADER, newAddress, type Person, person, testStack } from "../../../stack.ts";
import { newPair } from "./rig.ts";

const SOURCE = "export default (n: number) => n + 1;";
const theirs = await newPair("t1");

/** Does what only an operator can. */
async function asOperator(work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(testStack().adminUrl, { max: 1 });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}

async function codeOf(answer: Response): Promise<string> {
  const { status, code } = await answer.json();
  return `${status} ${code}`;
}

async function statusOf(answer: Promise<Response>): Promise<number> {
  const { status, body } = await answer;
  await body?.cancel();
  return status;
}

async function newAdmin(): Promise<Person> {
  const admin = await person("admin");
  await asOperator((sql) => sql`insert into app.user_roles values (${admin.id}, 'admin')`);
  return admin;
}

Deno.test("a session that was signed out opens no sensitive route, though its token lives on", async () => {
  const admin = await newAdmin();
  assert.equal(await statusOf(admin.call("GET", "/admin/sandbox")), 200);
  await admin.supabase.auth.signOut();
  assert.equal(await codeOf(await admin.call("GET", "/admin/sandbox")), "401 session_revoked");
});

Deno.test("an admin who is one no more is refused with the next request", async () => {
  const admin = await newAdmin();
  assert.equal(await statusOf(admin.call("GET", "/admin/sandbox")), 200);
  await asOperator((sql) =>
    sql`update app.user_roles set role = 'user' where user_id = ${admin.id}`
  );
  assert.equal(await codeOf(await admin.call("GET", "/admin/sandbox")), "403 forbidden");
});

Deno.test("who was deleted is nobody, though their token lives on", async () => {
  const ann = await person("ann");
  assert.equal(await statusOf(ann.call("GET", "/agents")), 200);
  await asOperator((sql) => sql`delete from auth.users where id = ${ann.id}`);
  const made = await ann.call("POST", "/agents", { body: { name: "one", source: SOURCE } });
  assert.equal(await codeOf(made), "403 forbidden");
});

/** The agents function of a deployment that trusts another issuer, and that issuer's tokens. */
function trusting() {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => Response.json({ keys: [theirs.jwk] }),
  );
  const issuer = `http://127.0.0.1:${server.addr.port}`;
  const trusted = { issuer, jwks: `${issuer}/jwks`, audience: "cloister", userClaim: "sub" };
  const env = { ...readEnv(testStack().env), trustedIssuers: [{ ...trusted, provider: "acme" }] };
  const app = createApp("agents", createPlatform("agents", env), agents);
  return {
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    async ask(sub: string, path = "/agents") {
      const token = await new SignJWT({ sub }).setProtectedHeader({ alg: "ES256", kid: "t1" })
        .setIssuer(issuer).setAudience("cloister").setExpirationTime("5m").sign(theirs.privateKey);
      const headers = { authorization: `Bearer ${token}`, [ADDRESS_HEADER]: newAddress() };
      return await app.request(path, { headers });
    },
  };
}

Deno.test("somebody whom a trusted issuer vouches for sees their own agents, and no others", async () => {
  const [ann, bob] = [await person("ann"), await person("bob")];
  for (const owner of [ann, bob]) {
    const made = await owner.call("POST", "/agents", { body: { name: "one", source: SOURCE } });
    await made.body?.cancel();
  }
  const id = `ann-${crypto.randomUUID()}`;
  await asOperator((sql) =>
    sql`insert into auth.identities (id, user_id, provider, provider_id, identity_data)
      values (gen_random_uuid(), ${ann.id}, 'acme', ${id}, '{}')`
  );
  await using deployment = trusting();
  const mine = await (await ann.call("GET", "/agents")).json();
  assert.deepEqual(await (await deployment.ask(id)).json(), mine);
  assert.equal(await codeOf(await deployment.ask("somebody-else")), "401 token_invalid");
  assert.equal(await codeOf(await deployment.ask(bob.id)), "401 token_invalid");
  await becomeQuiet();
});
