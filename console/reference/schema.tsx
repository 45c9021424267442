import type { ComponentChildren } from "preact";
import { type Json, list, nameOf, object, text } from "./document.ts";

/** What a value may be, in a few words, with links to the schemas that have a name. */
export function Type({ schema }: { schema: Json }) {
  const reference = text(schema.$ref);
  if (reference !== "") return <SchemaLink name={nameOf(reference)} />;
  const choices = list(schema.anyOf ?? schema.oneOf ?? schema.allOf).map(object);
  if (choices.length > 0) {
    return joined(
      choices.map((each, at) => <Type key={at} schema={each} />),
      schema.allOf ? " and " : " or ",
    );
  }
  if (schema.const !== undefined) return <Value value={schema.const} />;
  const values = list(schema.enum);
  if (values.length > 0) {
    return joined(values.map((value, at) => <Value key={at} value={value} />), ", ");
  }
  if (schema.type === "array") {
    return (
      <>
        list of <Type schema={object(schema.items)} />
      </>
    );
  }
  const type = text(schema.format) || text(schema.type) || list(schema.type).join(" or ");
  return <>{type === "" ? "any JSON" : `${type}${boundsOf(schema)}`}</>;
}

/** A list of fields: name, type, what it means. */
export function Fields({ schema, caption }: { schema: Json; caption: string }) {
  const required = list(schema.required);
  const rows = Object.entries(object(schema.properties));
  if (rows.length === 0) {
    return (
      <p>
        <Type schema={schema} />
      </p>
    );
  }
  return (
    <div class="table" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, field]) => (
            <tr key={name}>
              <td data-head="Field">
                <code>{name}</code>
                {required.includes(name) ? "" : " (optional)"}
              </td>
              <td data-head="Type">
                <Type schema={object(field)} />
              </td>
              <td data-head="Meaning">
                <Prose of={text(object(field).description)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A sentence of the document: what stands between backticks is code, and nothing else is. */
export function Prose({ of }: { of: string }) {
  return of.split("`").map((part, index) =>
    index % 2 === 1 ? <code key={index}>{part}</code> : part
  );
}

function SchemaLink({ name }: { name: string }) {
  return <a href={`#schema-${name}`}>{name}</a>;
}

function Value({ value }: { value: unknown }) {
  return <code>{typeof value === "string" ? value : JSON.stringify(value)}</code>;
}

function joined(parts: readonly ComponentChildren[], by: string): ComponentChildren {
  return parts.flatMap((part, index) => index === 0 ? [part] : [by, part]);
}

function boundsOf(schema: Json): string {
  const { minimum, maximum, maxLength } = schema;
  if (text(schema.format) !== "" && maxLength !== undefined) return "";
  if (typeof maxLength === "number") return ` ≤ ${maxLength}`;
  const least = typeof minimum === "number" ? ` ≥ ${minimum}` : "";
  return typeof maximum === "number" && maximum < 2 ** 31 - 1 ? `${least} ≤ ${maximum}` : least;
}
