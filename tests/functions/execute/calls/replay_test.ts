import assert from "@std/assert";
import { createKeeping } from "../../../../supabase/functions/_shared/workspace/keeping.ts";
import {
  openSecret,
  type SecretKeeper,
} from "../../../../supabase/functions/_shared/vault/keeper.ts";
import { Proposal } from "../../../../supabase/functions/execute/calls/schema.ts";
import type { Mailer } from "../../../../supabase/functions/tools/email/mailer.ts";
import { createOutbox } from "../../../../supabase/functions/tools/email/outbox.ts";
import { createEmailTool } from "../../../../supabase/functions/tools/email/tool.ts";
import { createFetchTool } from "../../../../supabase/functions/tools/fetch/tool.ts";
import { createShellTool } from "../../../../supabase/functions/tools/shell/tool.ts";
import {
  answer,
  createInternet,
  type Internet,
  OTHER,
  PUBLIC,
  redirect,
} from "../../_shared/egress/internet.ts";
import { memory } from "../../tools/shell/rig.ts";
import { onEveryEngine, type Outcome, outputOf, type ToolRig, type Wish } from "../../tools/rig.ts";

const secrets: SecretKeeper = {
  reveal: ({ name }) => Promise.resolve(openSecret(`${name}-0123456789`, ["**.example.com"])),
};

interface Scene {
  net: Internet;
  rig: ToolRig;
  files: Map<string, string>;
}

/** The tools themselves, over an Internet and a workspace of a test's own. */
function onEveryEngineWithTools(promised: string, test: (scene: Scene) => Promise<void>): void {
  const now: { net?: Internet; files: Map<string, string>; outbox: string } = {
    files: new Map(),
    outbox: "",
  };
  const egress: Internet["egress"] = {
    isPrivate: (url) => now.net?.egress.isPrivate(url) ?? false,
    send(request, rules, signal) {
      assert.ok(now.net);
      return now.net.egress.send(request, rules, signal);
    },
  };
  const from = "Agents <agents@operator.example.com>";
  const mailer: Mailer = {
    send: (...mail) => createOutbox({ directory: now.outbox, from }).send(...mail),
  };
  const tools = [
    createFetchTool({ egress, secrets }),
    createEmailTool({ mailer, examine: createKeeping().examine }),
    createShellTool({ open: (opening) => memory(now.files)(opening) }),
  ];
  onEveryEngine(promised, tools, async (rig) => {
    await using net = await createInternet({
      names: { "api.example.com": [[PUBLIC]], "other.example.org": [[OTHER]] },
      servers: {
        [`${PUBLIC}:443`]: ({ line }) =>
          line.includes(" /moved ") ? redirect("https://other.example.org/here") : answer("tiny"),
        [`${OTHER}:443`]: ({ line }) => answer(line.includes("/large") ? "x".repeat(200_000) : "y"),
      },
    });
    now.net = net;
    now.files = new Map([["a.txt", "a"]]);
    now.outbox = await Deno.makeTempDir();
    try {
      await test({ net, rig, files: now.files });
    } finally {
      await Deno.remove(now.outbox, { recursive: true });
    }
  });
}

async function proposed(rig: ToolRig, { run }: Outcome): Promise<Proposal> {
  const reply = await rig.ask("GET", `/execute/runs/${run.id}/policy`);
  return Proposal.parse(await reply.json());
}

/** What each call gave: a status, what a line printed, or a code. */
const SOURCE = `const API = "https://api.example.com";
const tell = (work) => work.then(
  ({ status, stdout, recipients }) => status ?? stdout ?? recipients,
  ({ code }) => code,
);
const get = (url, init) => tell(agent_.fetch(url, init));
let agent_;
export default async (input, agent) => {
  agent_ = agent;
  return await main(input);
};
`;

/** Programs, with what they give in a recorded run and under the policy that is proposed for it. */
const PROGRAMS: readonly (readonly [what: string, main: string, output: unknown])[] = [
  [
    "calls in turn, and calls at once",
    `const out = [];
     for (const n of [1, 2, 3]) out.push(await get(API + "/turn/" + n));
     out.push(...await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) => get(API + "/once/" + n))));
     return out;`,
    Array.from({ length: 11 }, () => 200),
  ],
  ["one small call", `return await get(API + "/");`, 200],
  ["one large answer", `return await get("https://other.example.org/large");`, 200],
  ["redirects", `return await get(API + "/moved");`, 200],
  [
    "every recipient of mail",
    `return await tell(agent_.email({ to: ["ann@example.com", "bob@example.org"],
       cc: "cyd@example.com", subject: "Hello", text: "How are you?" }));`,
    3,
  ],
  [
    "lines that change and list files without moving a byte",
    `const out = [];
     for (const line of ["ls", "touch b.txt", "ls", "rm b.txt", "test -e a.txt && echo yes"]) {
       out.push(await tell(agent_.shell(line)));
     }
     return out;`,
    ["a.txt\n", "", "a.txt\nb.txt\n", "", "yes\n"],
  ],
  ["a line that only lists files", `return await tell(agent_.shell("ls"));`, "a.txt\n"],
  ["a line that only removes one", `return await tell(agent_.shell("rm a.txt; ls"));`, ""],
];

onEveryEngineWithTools(
  "what a recorded run needed is proposed, and as a policy it is enough for the next",
  async ({ rig, files }) => {
    for (const [what, main, output] of PROGRAMS) {
      const source = `${SOURCE} async function main() { ${main} }`;
      const recorded = await rig.run({ policy: {}, source, record: true });
      assert.deepEqual(outputOf(recorded), output, what);
      const { policy, denied } = await proposed(rig, recorded);
      assert.deepEqual(denied, [], what);
      files.set("a.txt", "a");
      const next = await rig.run({ policy, source });
      assert.deepEqual(outputOf(next), output, `${what}: ${JSON.stringify(policy)}`);
      const again = await proposed(rig, next);
      assert.deepEqual([again.policy, again.denied], [policy, []], what);
      files.set("a.txt", "a");
    }
  },
);

onEveryEngineWithTools(
  "a proposed policy grants nothing else, and says nothing of files to a line without them",
  async ({ rig }) => {
    const source = `${SOURCE} async function main(urls) {
      const out = [await tell(agent_.shell("echo hi; x=1; echo $x | cat"))];
      for (const url of urls) out.push(await get(url));
      return out;
    }`;
    const input = ["https://api.example.com/a", "https://api.example.com/moved"];
    const recorded = await rig.run({ policy: {}, source, input, record: true });
    const { policy } = await proposed(rig, recorded);
    assert.equal(policy.files, undefined);
    assert.deepEqual(policy.fetch?.rules.map(({ host, paths }) => ({ host, paths })), [
      { host: "api.example.com", paths: ["/a", "/moved"] },
      { host: "other.example.org", paths: ["/here"] },
    ]);
    const more = [...input, "https://api.example.com/c", "https://other.example.org/"];
    const next = await rig.run({
      policy: {
        ...policy,
        fetch: { ...policy.fetch, rules: policy.fetch?.rules ?? [], max_calls: 9 },
      },
      source,
      input: more,
    });
    assert.deepEqual(outputOf(next), ["hi\n1\n", 200, 200, "path_denied", "path_denied"]);
    const again = await proposed(rig, next);
    assert.deepEqual(again.denied.map(({ reason }) => reason), ["path_denied", "path_denied"]);
    const reply = await rig.ask("GET", `/execute/runs/${next.run.id}/calls?after=2`);
    const { data: [moved] } = await reply.json();
    assert.deepEqual(moved.reached, [{
      tool: "fetch",
      target: "GET https://other.example.org/here",
    }]);
  },
);

onEveryEngineWithTools(
  "a proposed policy sends each secret where it went, and nowhere else",
  async ({ rig, net }) => {
    const rules = [
      { host: "api.example.com", paths: ["/own/**"], secret: { name: "OWN" } },
      { host: "*.example.com", secret: { name: "KEY" } },
    ];
    const policies: Wish["policy"][] = [
      { fetch: { rules } },
      {
        fetch: {
          rules: rules.toReversed().map((rule, n) => ({
            ...rule,
            paths: [["/z"], ["/own/**"]][n],
          })),
        },
      },
    ];
    for (const policy of policies) {
      const wish = {
        source:
          `${SOURCE} const main = (paths) => Promise.all(paths.map((path) => get(API + path)));`,
        input: ["/z", "/own/1", "/own/2"],
      };
      const first = await rig.run({ ...wish, policy });
      assert.deepEqual(outputOf(first), [200, 200, 200]);
      const before = shownTo(net);
      const next = await rig.run({ ...wish, policy: (await proposed(rig, first)).policy });
      assert.deepEqual(outputOf(next), [200, 200, 200]);
      assert.deepEqual(shownTo(net), before);
      assert.deepEqual(before, [
        "/own/1 Bearer OWN-0123456789",
        "/own/2 Bearer OWN-0123456789",
        "/z Bearer KEY-0123456789",
      ]);
    }
  },
);

onEveryEngineWithTools("a run that records is not given secrets", async ({ rig, net }) => {
  const rules = [{ host: "api.example.com", secret: { name: "OWN" } }];
  const source = `${SOURCE} const main = () => get(API + "/");`;
  const recorded = await rig.run({ policy: { fetch: { rules } }, source, record: true });
  assert.equal(outputOf(recorded), 200);
  assert.deepEqual(shownTo(net), ["/ undefined"]);
  const { policy } = await proposed(rig, recorded);
  assert.equal(policy.fetch?.rules[0]?.secret?.name, "OWN");
});

/** What servers heard since this was last asked: paths, each with its credential. */
function shownTo({ heard }: Internet): string[] {
  return heard.splice(0).map(({ line, headers }) =>
    `${line.split(" ")[1]} ${headers.authorization}`
  )
    .sort();
}
