import type { FunctionComponent } from "preact";
import { useId } from "preact/hooks";
import { CheckField } from "../ui/form.tsx";
import type { ListField } from "./field.ts";
import type { PartProps } from "./part.ts";
import { initialValue, isTexts, withItem } from "./value.ts";

/** A list whose items are forms of their own, to be added and taken away. */
export function ListForm({ field, value, onChange, path, error, Item }: PartProps<ListField> & {
  /** What draws an item. */
  Item: FunctionComponent<PartProps>;
}) {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return (
    <ol class="items">
      {items.map((item, at) => (
        <li key={at}>
          <Item
            field={field.item}
            value={item}
            onChange={(next) => onChange(withItem(items, at, next ?? initialValue(field.item)))}
            path={`${path}.${at}`}
            error={error}
            required
          />
          {items.length > field.min && (
            <button
              type="button"
              class="secondary"
              onClick={() => onChange(items.filter((_, index) => index !== at))}
            >
              Remove {field.label.toLowerCase()} {at + 1}
            </button>
          )}
        </li>
      ))}
      {items.length < field.max && (
        <li class="add">
          <button
            type="button"
            class="secondary"
            onClick={() => onChange([...items, initialValue(field.item)])}
          >
            Add to {field.label.toLowerCase()}
          </button>
        </li>
      )}
    </ol>
  );
}

/** Some of a few texts. */
export function ManyForm({ field, choices, value, onChange }: PartProps & {
  choices: readonly string[];
}) {
  const id = useId();
  const chosen = isTexts(value) ? value : [];
  return (
    <div class="field many" role="group" aria-labelledby={id}>
      <span id={id}>{field.label}</span>
      {choices.map((choice) => (
        <CheckField
          key={choice}
          label={choice}
          checked={chosen.includes(choice)}
          onInput={(wanted) =>
            onChange(choices.filter((one) => one === choice ? wanted : chosen.includes(one)))}
        />
      ))}
    </div>
  );
}
