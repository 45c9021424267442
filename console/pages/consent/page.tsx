import { useLocation } from "preact-iso";
import { useEffect } from "preact/hooks";
import { account, project } from "../../session/session.ts";
import { useAction, useLoad } from "../../ui/load.ts";
import { Page } from "../../ui/page.tsx";
import { ProblemView } from "../../ui/problem.tsx";
import { Loading } from "../../ui/states.tsx";
import { visible } from "../../ui/visible.ts";
import { answerRequest, type ConsentRequest, findRequest, placeOf } from "./request.ts";

/**
 * Where the OAuth server of Supabase Auth sends people whom a program asks to speak for them, an MCP
 * client for one: they say yes or no, and go back to the program with the answer.
 */
export function ConsentPage() {
  const id = useLocation().query.authorization_id ?? "";
  const asked = useLoad(() => findRequest(id), [id]);
  const { data } = asked;
  useEffect(() => {
    if (data instanceof URL) location.assign(data);
  }, [data]);
  return (
    <Page title="A program wants to speak for you" lead={account.value?.email}>
      <ProblemView error={asked.error} retry={asked.reload} />
      {asked.loading && <Loading />}
      {data !== undefined && !(data instanceof URL) && <Question key={data.id} request={data} />}
    </Page>
  );
}

function Question({ request }: { request: ConsentRequest }) {
  const answer = useAction(async (yes: boolean) => {
    location.assign(await answerRequest(request, yes));
  });
  return (
    <>
      <dl>
        <dt>It calls itself</dt>
        <dd>
          <strong>{visible(request.program)}</strong>. Nobody has checked that.
        </dd>
        {request.page && (
          <>
            <dt>It says that this is its page</dt>
            <dd>
              <code>{visible(request.page)}</code>
            </dd>
          </>
        )}
        <dt>Your answer goes to</dt>
        <dd>
          <code>{visible(placeOf(request.target))}</code>
        </dd>
      </dl>
      <p>
        With a yes it reads, writes and runs your agents at{" "}
        <code>{project().url}</code>, spends from your limits and reads what your runs said, until
        you take it back. It approves nothing, gets no keys and no secrets, and starts nothing for
        later.
      </p>
      <ProblemView error={answer.error} />
      <div class="actions">
        <button type="button" disabled={answer.busy} onClick={() => void answer.run(true)}>
          Let it
        </button>
        <button
          type="button"
          class="secondary"
          disabled={answer.busy}
          onClick={() => void answer.run(false)}
        >
          Refuse
        </button>
      </div>
    </>
  );
}
