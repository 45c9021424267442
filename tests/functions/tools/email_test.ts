import assert from "@std/assert";
import * as z from "zod";
import { createKeeping } from "../../../supabase/functions/_shared/workspace/keeping.ts";
import type { Tool } from "../../../supabase/functions/tools/calls/tool.ts";
import { createOutbox } from "../../../supabase/functions/tools/email/outbox.ts";
import { createResend } from "../../../supabase/functions/tools/email/resend.ts";
import { createEmailTool } from "../../../supabase/functions/tools/email/tool.ts";
import { RESEND_KEY, startResend } from "../../fakes/resend.ts";
import { onEveryEngine, outputOf } from "./rig.ts";
import {
  ATTEMPT,
  onEveryFailure,
  onEveryService,
  PATIENT_MS,
  type Service,
  Texts,
} from "./services.ts";

const FROM = "Agents <agents@operator.example.com>";
const { examine } = createKeeping();

function tool(timeoutMs = PATIENT_MS, key = RESEND_KEY) {
  return ({ egress, named: url }: Service): Tool[] => [
    createEmailTool({ mailer: createResend(egress, { url, key, from: FROM, timeoutMs }), examine }),
  ];
}

const GRANT = { email: { domains: ["example.com", "*.example.org"] } };
/** Sends variations of one message, and tells the codes. */
const CODES = `${ATTEMPT} const codes = async (agent, list) => {
  const found = [];
  for (const more of list) found.push(await codeOf(() => agent.email({
    to: "ann@example.com", subject: "Hello", text: "How are you?", ...more })));
  return found;
};
`;

onEveryService(
  "agent.email sends plain text from the operator's address, once",
  startResend,
  tool(),
  async (rig, fake) => {
    const outcome = await rig.run({
      policy: GRANT,
      source: `export default (_, agent) => agent.email({
        to: ["ann@example.com", "Ann@example.com", "bob@mail.example.org"], cc: "ANN@example.com",
        subject: "Grüße", text: "See https://example.com/a?b=c.",
        attachments: [{ filename: "report 1.csv", content_base64: btoa64 }],
      });
      const btoa64 = "YSxiCjEsMgo=";`,
    });
    const { recipients } = z.object({ id: z.uuid(), recipients: z.int() }).parse(outputOf(outcome));
    assert.equal(recipients, 2);
    const [heard] = fake.heard;
    assert.deepEqual(heard?.body, {
      from: FROM,
      to: ["ann@example.com", "bob@mail.example.org"],
      subject: "Grüße",
      text: "See https://example.com/a?b=c.",
      headers: { "X-Cloister-Agent": outcome.run.agent, "X-Cloister-Run": runId(heard?.body) },
      attachments: [{
        filename: "report 1.csv",
        content: "YSxiCjEsMgo=",
        content_type: "text/csv",
      }],
    });
    const [call] = outcome.calls;
    assert.equal(call?.target, "example.com,mail.example.org");
    assert.equal(heard?.headers["idempotency-key"], call?.id);
  },
);

function runId(body: unknown): string {
  const Sent = z.object({ headers: z.object({ "X-Cloister-Run": z.uuid() }) });
  return Sent.parse(body).headers["X-Cloister-Run"];
}

/** Messages as a program writes them, none of which may be sent, with their codes. */
const UNSENT: readonly { name: string; messages: string; codes: string[] }[] = [
  {
    name: "nobody outside of the granted domains gets a message, not by cc, bcc or a reply either",
    messages: `{ to: "x@elsewhere.com" }, { to: "x@example.com.elsewhere.com" },
      { to: "x@notexample.com" }, { to: "x@example.org" }, { to: "x@a.b.example.org" },
      { cc: "x@elsewhere.com" }, { bcc: ["x@elsewhere.com"] }, { reply_to: "x@elsewhere.com" },
      { to: "x@[127.0.0.1]" }, { to: "ann@example.com@elsewhere.com" },
      { to: "ann@elsewhere.com,ann@example.com" }, { to: "Ann <ann@example.com>" }, { to: [] }`,
    codes: [...Array(8).fill("recipient_denied"), ...Array(5).fill("invalid_arguments")],
  },
  {
    name:
      "no field can end a header: line breaks and controls are refused wherever a header is made",
    messages: `...["\\r\\n", "\\n", "\\r", "\\0", "\\u2028", "\\x0b", "\\x85"].flatMap((end) => [
        { subject: "Hi" + end + "Bcc: x@elsewhere.com" },
        { to: "ann@example.com" + end + "Bcc: x@elsewhere.com" },
        { reply_to: "ann@example.com" + end + "Bcc: x@elsewhere.com" },
        { attachments: [{ filename: "a" + end + ".txt", content_base64: "YQ==" }] },
      ]),
      { headers: { Bcc: "x@elsewhere.com" } }, { from: "boss@example.com" }, { html: "<b>x</b>" }`,
    codes: Array(7 * 4 + 3).fill("invalid_arguments"),
  },
];

for (const { name, messages, codes } of UNSENT) {
  onEveryService(name, startResend, tool(), async (rig, fake) => {
    const source = `${CODES} export default (_, agent) => codes(agent, [${messages}]);`;
    const outcome = await rig.run({ policy: GRANT, source });
    assert.deepEqual(outputOf(outcome), codes);
    assert.equal(fake.heard.length, 0);
  });
}

onEveryService(
  "text that nobody sees and links that hide where they lead are refused",
  startResend,
  tool(),
  async (rig, fake) => {
    const outcome = await rig.run({
      policy: GRANT,
      source: `${CODES} export default (_, agent) => codes(agent, [
        { text: "a\\u200bb" }, { text: "a\\u202eb" }, { subject: "a\\u{e0041}" },
        { text: "http://bank.example.com@evil.example.net/" },
        { text: "https://bank.com'@evil.com/x" }, { text: "https:/u:p@evil.com" }, { text: "see http://10.0.0.1/x" },
        { text: "https://[::1]/" }, { text: "http://localhost/" }, { text: "http://0x7f.1/" },
        { text: "Fine (https://example.com): https://example.com/a, and 👩‍👩‍👧 https://example.org!" },
      ]);`,
    });
    assert.deepEqual(outputOf(outcome), [...Array(10).fill("content_denied"), "ok"]);
    assert.equal(fake.heard.length, 1);
  },
);

const EICAR = btoa(
  "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
);

onEveryService(
  "an attachment is what its name says, and nothing that runs, hides or infects",
  startResend,
  tool(),
  async (rig, fake) => {
    const files = [
      [
        "a.png",
        btoa("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"),
      ],
      ["a.pdf", btoa("just text")],
      ["a.exe", btoa("just text")],
      ["a.html", btoa("<script>1</script>")],
      ["a.svg", btoa("<svg xmlns='http://www.w3.org/2000/svg'/>")],
      ["a.txt", btoa("MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0\0\0")],
      ["a.zip", btoa("PK\x05\x06" + "\0".repeat(18))],
      ...["xhtml", "mht", "rdp", "command", "sh", "py", "eml", "svgz", "js", "unknown"]
        .map((extension) => [`a.${extension}`, btoa("just text")]),
      ["a.txt", EICAR],
      ["a.log", btoa("just text")],
    ];
    const outcome = await rig.run({
      policy: GRANT,
      input: files,
      source: `${CODES} export default (files, agent) => codes(agent, files.map(
        ([filename, content_base64]) => ({ attachments: [{ filename, content_base64 }] })));`,
    });
    assert.deepEqual(outputOf(outcome), [
      "ok",
      ...Array(16).fill("type_denied"),
      ...["infected", "ok"],
    ]);
    assert.equal(fake.heard.length, 2);
  },
);

onEveryService(
  "50 messages at once reach as many people as a day has, counted by recipients",
  startResend,
  tool(),
  async (rig, fake) => {
    const name = await rig.agent({
      policy: { email: { ...GRANT.email, max_messages_per_day: 9 } },
      source:
        `${ATTEMPT} export default (_, agent) => Promise.all(Array.from({ length: 50 }, (_, i) =>
        codeOf(() => agent.email({ to: "a" + i + "@example.com", bcc: ["b" + i + "@example.com"],
          subject: "x", text: "x" }))));`,
    });
    const codes = Texts.parse(outputOf(await rig.execute(name)));
    assert.deepEqual([codes.filter((code) => code === "ok").length, fake.heard.length], [4, 4]);
    // The next run has the same day.
    const later = Texts.parse(outputOf(await rig.execute(name)));
    assert.ok(later.every((code) => code === "budget_spent"));
  },
);

onEveryService(
  "a message that was refused does not count, and one that may have gone does",
  startResend,
  tool(),
  async (rig, fake) => {
    const name = await rig.agent({
      policy: { email: { ...GRANT.email, max_messages_per_day: 1 } },
      source: `${CODES} export default (_, agent) => codes(agent, [{}]);`,
    });
    const codes: unknown[] = [];
    for (const mood of ["gone", "gone", "error", "well"] as const) {
      fake.mood = mood;
      codes.push(...Texts.parse(outputOf(await rig.execute(name))));
    }
    const failed = "upstream_failed";
    assert.deepEqual(codes, [failed, failed, failed, "budget_spent"]);
  },
);

onEveryFailure("email", startResend, tool, {
  policy: GRANT,
  source: `${CODES} export default (_, agent) => codes(agent, [{}]);`,
});

onEveryService(
  "the provider's key is in no answer, event or ledger",
  startResend,
  tool(PATIENT_MS, "re_wrong_0123456789"),
  async (rig) => {
    const outcome = await rig.run({
      policy: GRANT,
      source: `${ATTEMPT} export default (_, agent) => attempt(() =>
        agent.email({ to: "ann@example.com", subject: "x", text: "x" }));`,
    });
    assert.match(JSON.stringify(outputOf(outcome)), /"resend answered 403\."/);
    assert.ok(!JSON.stringify(outcome).includes("re_wrong_0123456789"));
  },
);

const directory = `/tmp/outbox-${crypto.randomUUID()}`;

onEveryEngine(
  "without a provider a message ends in a folder, as a file that mail programs open",
  () => [createEmailTool({ mailer: createOutbox({ directory, from: FROM }), examine })],
  async (rig) => {
    const outcome = await rig.run({
      policy: GRANT,
      source: `export default (_, agent) => agent.email({
        to: "ann@example.com", subject: "Grüße ".repeat(20), text: "Zeile 1\\nZeile 2 – ${
        "x".repeat(200)
      }",
        attachments: [{ filename: "größe.csv", content_base64: "YSxiCjEsMgo=" }],
      });`,
    });
    const { id } = z.object({ id: z.uuid() }).parse(outputOf(outcome));
    const text = await Deno.readTextFile(`${directory}/${id}.eml`);
    await Deno.remove(directory, { recursive: true });
    const lines = text.split("\r\n");
    assert.ok(lines.every((line) => line.length <= 998 && /^[\x20-\x7e]*$/.test(line)), text);
    assert.ok(lines.includes("To: ann@example.com") && lines.includes(`From: ${FROM}`));
    assert.match(text, /^Subject: =\?utf-8\?B\?[\w+/=]+\?=\r\n =\?utf-8\?B\?/m);
    assert.match(
      text,
      /^Content-Disposition: attachment; filename\*=UTF-8''gr%C3%B6%C3%9Fe\.csv$/m,
    );
    assert.ok(text.includes("\r\n\r\nYSxiCjEsMgo=\r\n--"));
  },
);
