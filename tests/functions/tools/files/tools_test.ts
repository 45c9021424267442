import assert from "@std/assert";
import * as z from "zod";
import { EICAR } from "../../../fakes/contents.ts";
import { agentOf, filesOf, kept, listed } from "../../agents/files_rig.ts";
import { onEveryEngine, outputOf } from "../rig.ts";
import { ATTEMPT, filesTools } from "./rig.ts";

onEveryEngine("a program keeps files between its runs", filesTools, async (rig) => {
  const name = await rig.agent({
    policy: { files: {} },
    source: `export default async (first, agent) => {
      if (first) {
        await agent.files.write("notes/ünï.txt", "one\\n");
        await agent.files.write("notes/bytes.txt", new Uint8Array([0x68, 0x69]));
        return await agent.files.append("notes/ünï.txt", "two\\n");
      }
      const { files } = await agent.files.list("notes/");
      await agent.files.delete("notes/bytes.txt");
      return {
        paths: files.map(({ path, size }) => path + " " + size),
        text: await agent.files.read("notes/ünï.txt"),
        part: await agent.call("files.read", { path: "notes/ünï.txt", offset: 4, length: 3 }),
        stat: await agent.files.stat("notes/ünï.txt"),
        left: (await agent.files.list()).files.length,
      };
    };`,
  });
  const written = z.object({ size: z.int() }).parse(
    outputOf(await rig.execute(name, { input: true })),
  );
  assert.equal(written.size, 8);
  const outcome = await rig.execute(name, { input: false });
  const { stat, ...rest } = z.looseObject({ stat: z.looseObject({ type: z.string() }) })
    .parse(outputOf(outcome));
  assert.deepEqual(rest, {
    paths: ["notes/bytes.txt 2", "notes/ünï.txt 8"],
    text: "one\ntwo\n",
    part: { text: "two", size: 8 },
    left: 1,
  });
  assert.equal(stat.type, "text/plain");
  assert.deepEqual(
    outcome.calls.map(({ tool, target, outcome, bytes_in }) => [tool, target, outcome, bytes_in]),
    [
      ["files.list", "notes/", "ok", 0],
      ["files.delete", "notes/bytes.txt", "ok", 0],
      ["files.read", "notes/ünï.txt", "ok", 8],
      ["files.read", "notes/ünï.txt", "ok", 3],
      ["files.stat", "notes/ünï.txt", "ok", 0],
      ["files.list", "", "ok", 0],
    ],
  );
});

onEveryEngine(
  "the scratch area of a run is gone when it ends, however it ends",
  filesTools,
  async (rig) => {
    const name = await rig.agent({
      policy: { files: {} },
      source: `export default async (ending, agent) => {
      const before = (await agent.files.list("scratch/")).files.length;
      await agent.files.write("scratch/a.txt", "mine");
      const seen = await agent.files.read("scratch/a.txt");
      if (ending === "throw") throw new Error("over");
      if (ending === "spin") for (;;);
      return [before, seen];
    };`,
    });
    assert.deepEqual(outputOf(await rig.execute(name, { input: null })), [0, "mine"]);
    assert.equal((await rig.execute(name, { input: "throw" })).run.status, "failed");
    assert.equal((await rig.execute(name, { input: "spin" })).run.status, "timed_out");
    assert.deepEqual(outputOf(await rig.execute(name, { input: null })), [0, "mine"]);
    const { data } = await rig.owner.supabase.from("files").select("path");
    assert.deepEqual(data, []);
  },
);

onEveryEngine(
  "what can go wrong with files is a typed failure, and the run goes on",
  filesTools,
  async (rig) => {
    const outcome = await rig.run({
      policy: { files: { max_bytes: 1_000, max_files: 3 } },
      input: new TextDecoder().decode(EICAR),
      source: `${ATTEMPT}
    export default async (eicar, { files, call }) => {
      await files.write("a", "1");
      await files.write("b.bin.txt", "2");
      await files.append("c", eicar.slice(0, 30));
      return [
        await attempt(() => files.read("missing")),
        await attempt(() => files.stat("missing")),
        await attempt(() => files.delete("missing")),
        await attempt(() => files.write("a/b", "1")),
        await attempt(() => files.write("d", "1")),
        await attempt(() => files.write("a", "x".repeat(1001))),
        await attempt(() => files.write("a.png", "text")),
        await attempt(() => files.write("a", new Uint8Array([1, 2, 3]))),
        await attempt(() => files.write("a", eicar)),
        await attempt(() => files.append("c", eicar.slice(30))),
        await attempt(() => call("files.write", { path: "a" })),
        await attempt(() => call("files.write", { path: "a", text: "1", base64: "MQ==" })),
        await attempt(() => call("files.write", { path: "a", base64: "!" })),
        await attempt(() => call("files.read", { path: 7 })),
        await attempt(() => call("files.read", JSON.parse('{"path":"a","__proto__":{"x":1}}'))),
        await attempt(() => call("files.list", { limit: 1e9 })),
        await attempt(() => files.read("a")),
      ];
    };`,
    });
    assert.deepEqual(
      outputOf(outcome),
      [
        ...["not_found", "not_found", "not_found", "conflict", "quota_exceeded", "quota_exceeded"],
        ...["type_denied", "type_denied", "infected", "infected", "invalid_arguments"],
        ...["invalid_arguments", "invalid_arguments", "invalid_arguments", "invalid_arguments"],
        ...["invalid_arguments", undefined],
      ].map((code) => code === undefined ? "1" : `ToolError ${code}`),
    );
  },
);

onEveryEngine("who may read files may not change them", filesTools, async (rig) => {
  const outcome = await rig.run({
    policy: { files: { access: "read" } },
    source: `${ATTEMPT}
    export default async (_, { files }) => [
      await attempt(() => files.write("a", "1")),
      await attempt(() => files.append("scratch/a", "1")),
      await attempt(() => files.delete("a")),
      (await files.list()).files,
    ];`,
  });
  const denied = "ToolError not_granted";
  assert.deepEqual(outputOf(outcome), [denied, denied, denied, []]);
  assert.deepEqual(
    outcome.calls.slice(0, 3).map(({ verdict }) => verdict),
    Array(3).fill("denied"),
  );
});

onEveryEngine(
  "one agent has no way to another's files, or to those of its owner's other agents",
  filesTools,
  async (rig) => {
    const other = await agentOf(rig.owner);
    await kept(await filesOf(rig.owner, other)("PUT", "/a.txt", { body: "other" }));
    const outcome = await rig.run({
      policy: { files: {} },
      source: `${ATTEMPT}
    export default async (_, { files }) => [
      await attempt(() => files.read("a.txt")),
      await attempt(() => files.read("../${other}/a.txt")),
      await attempt(() => files.delete("a.txt")),
      (await files.list()).files,
    ];`,
    });
    assert.deepEqual(outputOf(outcome), [
      ...["ToolError not_found", "ToolError path_invalid", "ToolError not_found"],
      [],
    ]);
  },
);

onEveryEngine("parallel appends all arrive, each in one piece", filesTools, async (rig) => {
  const outcome = await rig.run({
    policy: { files: {} },
    source: `export default async (_, { files }) => {
      await Promise.all(Array.from({ length: 20 }, (_, i) => files.append("log", i + "\\n")));
      return (await files.read("log")).split("\\n").map(Number).sort((a, b) => a - b).slice(1);
    };`,
  });
  assert.deepEqual(outputOf(outcome), Array.from({ length: 20 }, (_, index) => index));
});

onEveryEngine(
  "50 parallel writes never outgrow the files or the bytes that a policy grants",
  filesTools,
  async (rig) => {
    const write = (count: number, text: string) => ({
      source: `${ATTEMPT}
    export default async (_, { files }) => {
      const done = await Promise.all(Array.from({ length: 50 }, (_, i) =>
        attempt(() => files.write("f" + i, "${text}"))));
      const refused = done.filter((one) => one === "ToolError quota_exceeded").length;
      return [refused, (await files.list()).files.length, ${count}];
    };`,
    });
    const byCount = await rig.run({ policy: { files: { max_files: 7 } }, ...write(7, "x") });
    assert.deepEqual(outputOf(byCount), [43, 7, 7]);
    const bySize = await rig.run({
      policy: { files: { max_bytes: 95 } },
      ...write(9, "0123456789"),
    });
    assert.deepEqual(outputOf(bySize), [41, 9, 9]);
    const page = await listed(await filesOf(rig.owner, await agentOf(rig.owner))("GET", ""));
    assert.deepEqual(page.data, []);
  },
);
