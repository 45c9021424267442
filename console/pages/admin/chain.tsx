import { useState } from "preact/hooks";
import { api } from "../../api.ts";
import { Form, TextField } from "../../ui/form.tsx";
import { useAction } from "../../ui/load.ts";
import { Section } from "../../ui/page.tsx";
import { Code, Fact, Facts } from "./parts/facts.tsx";
import { type Remembered, type Walk, walkChain } from "./walk.ts";

const WORDS = {
  edited: "was edited",
  missing: "is missing",
  reordered: "stands in the wrong place",
  truncated: "is where the log was cut off",
} as const;

/** Verifies the chain of the audit log, also against what somebody kept of an earlier look. */
export function ChainCheck() {
  const [seq, setSeq] = useState("");
  const [hash, setHash] = useState("");
  const [walk, setWalk] = useState<Walk>();
  const action = useAction(async () => {
    setWalk(undefined);
    setWalk(await walkChain(askApi, remembered(seq, hash), setWalk));
  });
  return (
    <Section title="Chain">
      <p>
        Each entry holds the hash of the one before it. That the whole log was written anew shows
        only against a number and hash that somebody kept elsewhere.
      </p>
      <div class="filters">
        <Form action={action} submit="Verify the chain">
          <TextField
            label="Number you kept"
            path="query.expected_seq"
            error={action.error}
            value={seq}
            onInput={setSeq}
            inputMode="numeric"
          />
          <TextField
            label="Its hash"
            path="query.expected_hash"
            error={action.error}
            value={hash}
            onInput={setHash}
            autoComplete="off"
          />
        </Form>
      </div>
      <div role="status">{walk && <Verdict walk={walk} done={!action.busy} />}</div>
    </Section>
  );
}

const askApi: Parameters<typeof walkChain>[0] = (query) =>
  api().request("GET", "/admin/audit/verification", { query });

function remembered(seq: string, hash: string): Remembered | undefined {
  if (seq.trim() === "" && hash.trim() === "") return undefined;
  return { seq: Number(seq), hash: hash.trim() };
}

function Verdict({ walk: { report, checked, compared }, done }: { walk: Walk; done: boolean }) {
  if (!done) return <p>{checked} of {report.head_seq} entries are whole so far.</p>;
  const { ok, problem, at_seq, head_seq, head_hash, checkpoint } = report;
  return (
    <div class={ok ? "verdict good" : "verdict bad"}>
      <p>
        <strong>
          {ok
            ? `The chain holds: ${checked} entries are whole.`
            : `The chain is broken: entry ${at_seq ?? "?"} ${WORDS[problem ?? "edited"]}.`}
        </strong>
      </p>
      <Facts>
        <Fact name="Newest entry">{head_seq}</Fact>
        <Fact name="Its hash, to keep elsewhere">
          <Code>{head_hash}</Code>
        </Fact>
        <Fact name="Compared with what you kept">{compared ? "yes" : "no"}</Fact>
        <Fact name="Begins after">
          {checkpoint ? `a signed checkpoint at ${checkpoint.seq}` : "nothing"}
        </Fact>
      </Facts>
    </div>
  );
}
