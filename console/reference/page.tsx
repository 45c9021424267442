import { useEffect, useMemo, useState } from "preact/hooks";
import { type Operation, type Reference, text } from "./document.ts";
import { Fields, Prose, Type } from "./schema.tsx";

/** Every route of every function, to be searched and linked to: `#` and an operation's id. */
export function ReferencePage({ reference, project }: { reference: Reference; project: string }) {
  const [wanted, setWanted] = useState("");
  const shown = useMemo(() => matching(reference, wanted), [reference, wanted]);
  useEffect(() => {
    openTarget();
    addEventListener("hashchange", openTarget);
    return () => removeEventListener("hashchange", openTarget);
  }, []);
  return (
    <main class="reference">
      <h1>Reference</h1>
      <p class="lead">
        Every route of version {reference.version}, below{" "}
        <code>/functions/v1</code>. The same for programs:{" "}
        <a href={`${project}/functions/v1/agents/openapi.json`}>OpenAPI</a>,{" "}
        <a href="/llms.txt">llms.txt</a>. To the <a href="/">console</a>.
      </p>
      <label>
        Find a route
        <input
          type="search"
          value={wanted}
          placeholder="cancel, GET /agents, agents:write"
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
      </label>
      <p role="status">{shown.length} of {reference.operations.length} routes</p>
      {reference.tags.map(({ name, description }) => {
        const own = shown.filter(({ tag }) => tag === name);
        if (own.length === 0) return null;
        return (
          <section key={name} class="part">
            <h2 id={name}>{name}</h2>
            <p>{description}</p>
            {own.map((operation) => <Route key={operation.id} operation={operation} />)}
          </section>
        );
      })}
      {wanted === "" && <Schemas reference={reference} />}
    </main>
  );
}

function Route({ operation }: { operation: Operation }) {
  const { id, method, path, summary, description, parameters, body, answers } = operation;
  return (
    <details id={id}>
      <summary>
        <code>{method} {path}</code> <Prose of={summary} />
      </summary>
      <p>
        <Prose of={description} />
      </p>
      {parameters.length > 0 && <Fields schema={fieldsOf(operation)} caption="Parameters" />}
      {body.map(({ type, schema }) => (
        <p key={type}>
          Body: <Type schema={schema} /> (<code>{type}</code>)
        </p>
      ))}
      <dl>
        {answers.map(({ status, description, content }) => (
          <div key={status}>
            <dt>{status}</dt>
            <dd>
              {description}
              {content.map(({ type, schema }) => (
                <span key={type}>
                  {" · "}
                  {type === "application/json" ? <Type schema={schema} /> : <code>{type}</code>}
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p>
        <a href={`#${id}`}>Link to this route</a>
      </p>
    </details>
  );
}

function Schemas({ reference }: { reference: Reference }) {
  return (
    <section class="part">
      <h2 id="schemas">Schemas</h2>
      {reference.schemas.map(({ name, schema }) => (
        <details key={name} id={`schema-${name}`}>
          <summary>
            <code>{name}</code>
          </summary>
          <p>
            <Prose of={text(schema.description)} />
          </p>
          <Fields schema={schema} caption={`Fields of ${name}`} />
        </details>
      ))}
    </section>
  );
}

/** Parameters as the fields of an object, so that they look like any others. */
function fieldsOf({ parameters }: Operation) {
  return {
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    properties: Object.fromEntries(parameters.map(({ name, place, description, schema }) => [
      name,
      { ...schema, description: placed(place, description || text(schema.description)) },
    ])),
  };
}

function placed(place: string, description: string): string {
  return description === "" ? `In the ${place}.` : `In the ${place}: ${description}.`;
}

/** Routes in which each of the words stands somewhere. */
function matching({ operations }: Reference, wanted: string): readonly Operation[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return operations.filter((operation) => {
    const { method, path, summary, description } = operation;
    const all = [method, path, summary, description].join(" ").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** Opens what the address points at. */
function openTarget(): void {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!(target instanceof HTMLDetailsElement)) return;
  target.open = true;
  target.scrollIntoView();
}
