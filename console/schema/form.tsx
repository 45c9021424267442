import "./form.css";
import { CheckField, SelectField } from "../ui/form.tsx";
import { visible } from "../ui/visible.ts";
import type { ChoiceField, GroupField } from "./field.ts";
import { isObject } from "./field.ts";
import { JsonField } from "./json.tsx";
import { ListForm, ManyForm } from "./list.tsx";
import { LinesInput, NumberInput, TextInput } from "./inputs.tsx";
import type { PartProps } from "./part.ts";
import { fits, initialValue, memberOf, withMember } from "./value.ts";

/** A form for what a JSON schema describes. A value that no form can show is edited as JSON. */
export function SchemaForm(props: PartProps) {
  const { field, value, onChange, required = false } = props;
  if (value !== undefined && !fits(field, value)) return <JsonField {...props} />;
  switch (field.kind) {
    case "group":
      return <Members {...props} field={field} />;
    case "list":
      return <ListForm {...props} field={field} Item={SchemaForm} />;
    case "many":
      return <ManyForm {...props} choices={field.choices} />;
    case "choice":
      return <Choice {...props} field={field} />;
    case "number":
      return <NumberInput {...props} field={field} />;
    case "json":
      return <JsonField {...props} />;
    case "switch":
      return required
        ? (
          <CheckField
            label={field.label}
            hint={field.help}
            checked={value === true}
            onInput={onChange}
          />
        )
        : <Choice {...props} field={{ ...field, kind: "choice", choices: [true, false] }} />;
    case "lines":
      return <LinesInput {...props} />;
    case "text":
      return <TextInput {...props} field={field} />;
  }
}
function Choice({ field, value, onChange, path, error, required = false }: PartProps<ChoiceField>) {
  const at = field.choices.findIndex((choice) => choice === value);
  const options = field.choices.map((choice, index) => {
    const name = typeof choice === "boolean" ? (choice ? "yes" : "no") : visible(String(choice));
    return [String(index), name] as const;
  });
  return (
    <SelectField
      label={field.label}
      hint={field.help}
      path={path}
      error={error}
      required={required}
      value={at < 0 ? "" : String(at)}
      options={required ? options : [["", "(not set)"], ...options]}
      onInput={(index) => onChange(index === "" ? undefined : field.choices[Number(index)])}
    />
  );
}

/** The members of an object. Those that are objects or lists and not required can be left out. */
function Members({ field, value, onChange, path, error }: PartProps<GroupField>) {
  const members = isObject(value) ? value : {};
  return (
    <>
      {field.fields.map(({ name, required, field: own }) => {
        const part = {
          field: own,
          value: memberOf(members, name),
          onChange: (member: unknown) => onChange(withMember(members, name, member)),
          path: path === "" ? name : `${path}.${name}`,
          error,
          required,
        };
        return ["group", "list"].includes(own.kind)
          ? <Part key={name} {...part} />
          : <SchemaForm key={name} {...part} />;
      })}
    </>
  );
}

/** An object or a list within another object: under its name, which switches it if it is optional. */
function Part(props: PartProps) {
  const { field, value, onChange, required = false } = props;
  const isThere = required || value !== undefined;
  return (
    <fieldset class="group">
      <legend>
        {required ? field.label : (
          <CheckField
            label={field.label}
            checked={isThere}
            onInput={(wanted) => onChange(wanted ? initialValue(field) : undefined)}
          />
        )}
      </legend>
      {field.help && <p class="quiet">{field.help}</p>}
      {isThere && <SchemaForm {...props} value={value ?? initialValue(field)} />}
    </fieldset>
  );
}
