import assert from "@std/assert";
import { person } from "../../stack.ts";
import { EICAR, SAMPLES } from "../../fakes/contents.ts";
import { ATTACKS, HONEST } from "../_shared/workspace/traversal.ts";
import { agentOf, filesOf, kept, listed, told } from "./files_rig.ts";

Deno.test("PUT /agents/:name/files/:path keeps bytes, and GET gives back the same", async () => {
  const ann = await person("ann");
  const ask = filesOf(ann, await agentOf(ann));
  const file = await kept(await ask("PUT", "/images/a.png", { body: SAMPLES.png }));
  assert.equal(file.path, "images/a.png");
  assert.equal(file.size, SAMPLES.png.length);
  assert.equal(file.type, "image/png");
  const response = await ask("GET", "/images/a.png");
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), SAMPLES.png);
  assert.equal(response.headers.get("etag"), `"${file.sha256}"`);
  await kept(await ask("PUT", "/empty", { body: "" }));
  assert.equal(await (await ask("GET", "/empty")).text(), "");
  const large = new Uint8Array(3_000_000).fill(65);
  assert.equal((await kept(await ask("PUT", "/large.txt", { body: large }))).size, 3_000_000);
  assert.deepEqual(
    new Uint8Array(await (await ask("GET", "/large.txt")).arrayBuffer()),
    large,
  );
});

Deno.test("a download is never run or guessed about by a browser", async () => {
  const ann = await person("ann");
  const ask = filesOf(ann, await agentOf(ann));
  const page = "<script>alert(1)</script>";
  for (const name of ["page.html", "image.svg", "program.js", "data.xml"]) {
    await kept(await ask("PUT", `/${name}`, { body: page }));
    const response = await ask("GET", `/${name}`);
    assert.equal(await response.text(), page);
    assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
    assert.equal(response.headers.get("x-content-type-options"), "nosniff");
    assert.match(
      response.headers.get("content-security-policy") ?? "",
      /^sandbox; default-src 'none'/,
    );
    assert.match(response.headers.get("content-disposition") ?? "", /^attachment; /);
    assert.equal(response.headers.get("cache-control"), "no-store");
  }
  await kept(await ask("PUT", `/${encodeURIComponent("a/ünï; x='y'.csv")}`, { body: "1" }));
  const response = await ask("GET", `/a/${encodeURIComponent("ünï; x='y'.csv")}`);
  assert.equal(
    response.headers.get("content-disposition"),
    `attachment; filename="_n__ x__y_.csv"; filename*=UTF-8''%C3%BCn%C3%AF%3B%20x%3D%27y%27.csv`,
  );
  await response.body?.cancel();
});

Deno.test("GET /agents/:name/files lists by path and prefix, and pages", async () => {
  const ann = await person("ann");
  const ask = filesOf(ann, await agentOf(ann));
  const paths = ["B.txt", "a.txt", "a/1.txt", "a/2.txt", "a/ü.txt", "b%.txt"];
  for (const path of paths) {
    await kept(await ask("PUT", `/${encodeURIComponent(path)}`, { body: path }));
  }
  const all = await listed(await ask("GET", ""));
  assert.deepEqual(all.data.map(({ path }) => path), paths);
  const under = await listed(await ask("GET", "?prefix=a/"));
  assert.deepEqual(under.data.map(({ path }) => path), paths.slice(2, 5));
  const first = await listed(await ask("GET", "?limit=4"));
  assert.deepEqual(first.data.map(({ path }) => path), paths.slice(0, 4));
  const second = await listed(await ask("GET", `?limit=4&cursor=${first.next_cursor}`));
  assert.deepEqual(second.data.map(({ path }) => path), paths.slice(4));
  assert.equal(second.next_cursor, null);
});

Deno.test("DELETE /agents/:name/files/:path removes a file, once", async () => {
  const ann = await person("ann");
  const ask = filesOf(ann, await agentOf(ann));
  await kept(await ask("PUT", "/a.txt", { body: "a" }));
  assert.equal((await ask("DELETE", "/a.txt")).status, 204);
  assert.equal(await told(await ask("DELETE", "/a.txt")), "404 not_found");
  assert.equal(await told(await ask("GET", "/a.txt")), "404 not_found");
});

Deno.test("a stranger cannot tell a file, or an agent with files, from a missing one", async () => {
  const [ann, bob] = [await person("ann"), await person("bob")];
  const agent = await agentOf(ann);
  await kept(await filesOf(ann, agent)("PUT", "/a.txt", { body: "a" }));
  for (
    const [method, path] of [["GET", ""], ["GET", "/a.txt"], ["PUT", "/a.txt"], [
      "DELETE",
      "/a.txt",
    ]]
  ) {
    const init = { headers: { "x-request-id": "same" }, ...(method === "PUT" && { body: "b" }) };
    const foreign = await filesOf(bob, agent)(method ?? "", path ?? "", init);
    const missing = await filesOf(bob, "no-such-agent")(method ?? "", path ?? "", init);
    assert.equal(foreign.status, 404);
    assert.equal(await foreign.text(), await missing.text());
  }
  assert.equal(await (await filesOf(ann, agent)("GET", "/a.txt")).text(), "a");
});

Deno.test("an upload replaces only what its sender knows, where it says so", async () => {
  const ann = await person("ann");
  const ask = filesOf(ann, await agentOf(ann));
  const fresh = { "if-none-match": "*" };
  const { sha256 } = await kept(await ask("PUT", "/a.txt", { body: "1", headers: fresh }));
  assert.equal(
    await told(await ask("PUT", "/a.txt", { body: "2", headers: fresh })),
    "412 file_changed",
  );
  const known = { "if-match": `"${sha256}"` };
  await kept(await ask("PUT", "/a.txt", { body: "2", headers: known }));
  assert.equal(
    await told(await ask("PUT", "/a.txt", { body: "3", headers: known })),
    "412 file_changed",
  );
  const odd = { "if-match": "W/x" };
  assert.equal(
    await told(await ask("PUT", "/a.txt", { body: "3", headers: odd })),
    "400 invalid_request",
  );
  assert.equal(await (await ask("GET", "/a.txt")).text(), "2");
});

Deno.test("an upload of a refused type, of another than its name says, or of malware is not kept", async () => {
  const ann = await person("ann");
  const ask = filesOf(ann, await agentOf(ann));
  const put = async (path: string, body: Uint8Array) =>
    await told(await ask("PUT", path, { body }));
  assert.equal(await put("/a.txt", SAMPLES.exe), "422 file_refused");
  assert.equal(await put("/a.png", SAMPLES.jpg), "422 file_refused");
  assert.equal(await put("/a.exe", new TextEncoder().encode("text")), "422 file_refused");
  assert.equal(await put("/a.txt", EICAR), "422 file_infected");
  assert.deepEqual((await listed(await ask("GET", ""))).data, []);
});

Deno.test("no path leads out of the workspace over HTTP, however it is encoded", async () => {
  const ann = await person("ann");
  const ask = filesOf(ann, await agentOf(ann));
  const spoken = Object.entries(ATTACKS).flatMap(([attack, paths]) =>
    paths.filter((path) => path.isWellFormed() && path !== "").map((path) =>
      [attack, path] as const
    )
  );
  for (const [attack, path] of spoken) {
    const encoded = encodeURIComponent(path).replaceAll(".", "%2E");
    const { status } = await ask("GET", `/${encoded}`);
    // What a URL itself makes of dots leads to another route, which is no upload.
    assert.ok(status === 400 || status === 404 || status === 405, `${attack} ${path}: ${status}`);
  }
  assert.deepEqual((await listed(await ask("GET", ""))).data, []);
  for (const path of HONEST.filter((path) => !path.startsWith("scratch/"))) {
    const { path: written } = await kept(
      await ask("PUT", `/${path.split("/").map(encodeURIComponent).join("/")}`, { body: "x" }),
    );
    assert.equal(written, path);
    await ask("DELETE", `/${encodeURIComponent(path)}`);
  }
});

Deno.test("nobody uploads into a scratch area", async () => {
  const ann = await person("ann");
  const ask = filesOf(ann, await agentOf(ann));
  assert.equal(
    await told(await ask("PUT", "/scratch/a.txt", { body: "a" })),
    "400 invalid_request",
  );
  assert.equal(await told(await ask("GET", "/scratch/a.txt")), "400 invalid_request");
});

Deno.test("a body that is a form, or too large, is refused before it is kept", async () => {
  const ann = await person("ann");
  const ask = filesOf(ann, await agentOf(ann));
  const form = { "content-type": "multipart/form-data; boundary=x" };
  assert.equal(
    await told(await ask("PUT", "/a", { body: "--x", headers: form })),
    "415 unsupported_media_type",
  );
  const large = new Uint8Array(8 * 1024 * 1024 + 1).fill(65);
  assert.equal(await told(await ask("PUT", "/a", { body: large })), "413 body_too_large");
  const huge = new Uint8Array(16 * 1024 * 1024 + 1);
  assert.equal(await told(await ask("PUT", "/a", { body: huge })), "413 body_too_large");
  assert.deepEqual((await listed(await ask("GET", ""))).data, []);
});

Deno.test("a path that is a file has none below it, and the other way round", async () => {
  const ann = await person("ann");
  const ask = filesOf(ann, await agentOf(ann));
  await kept(await ask("PUT", "/a", { body: "1" }));
  assert.equal(await told(await ask("PUT", "/a/b", { body: "1" })), "409 file_conflict");
  await kept(await ask("PUT", "/c/d", { body: "1" }));
  assert.equal(await told(await ask("PUT", "/c", { body: "1" })), "409 file_conflict");
});

Deno.test("what users read over the Data API are the files of their own agents", async () => {
  const [ann, bob] = [await person("ann"), await person("bob")];
  const agent = await agentOf(ann);
  await kept(await filesOf(ann, agent)("PUT", "/a.txt", { body: "a" }));
  const own = await ann.supabase.from("files").select("path");
  assert.deepEqual(own.data, [{ path: "a.txt" }]);
  const foreign = await bob.supabase.from("files").select("path");
  assert.deepEqual(foreign.data, []);
  const gone = await bob.supabase.rpc("read_file", { agent_name: agent, path: "a.txt" });
  assert.deepEqual(gone.data, []);
  const put = await bob.supabase.rpc("put_file", {
    caller: ann.id,
    agent_name: agent,
    path: "b.txt",
    type: "text/plain",
    content: "",
  });
  assert.equal(put.error?.code, "42501");
});
