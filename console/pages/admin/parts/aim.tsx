import { SelectField, TextField } from "../../../ui/form.tsx";

const NAMES: Readonly<Record<string, string>> = {
  agent: "an agent",
  key: "an API key",
  user: "a user",
  everything: "everything",
  incident: "an incident",
};
const HINTS: Readonly<Record<string, string>> = {
  agent: "The agent's id: agent_…",
  key: "The key's id: key_…",
  user: "The user's id, as the list of users has it",
  incident: "The id of an alert: alert_…",
};

/** Whom or what: a kind, and an id unless it is everything. */
export interface Aim<Kind extends string> {
  readonly kind: Kind;
  readonly target: string;
}

/** The fields that an {@link Aim} is typed into. */
export function AimFields<Kind extends string>({ kinds, aim, set, error }: {
  kinds: readonly Kind[];
  aim: Aim<Kind>;
  set(aim: Aim<Kind>): void;
  error: unknown;
}) {
  const choose = (said: string) => {
    const kind = kinds.find((kind) => kind === said);
    if (kind !== undefined) set({ ...aim, kind });
  };
  return (
    <>
      <SelectField
        label="What"
        value={aim.kind}
        onInput={choose}
        options={kinds.map((kind) => [kind, NAMES[kind] ?? kind])}
      />
      {aim.kind !== "everything" && (
        <TextField
          label="Which"
          hint={HINTS[aim.kind]}
          path="target"
          error={error}
          value={aim.target}
          onInput={(target) => set({ ...aim, target: target.trim() })}
          autoComplete="off"
          required
        />
      )}
    </>
  );
}

/** The body that aims at something, and says why. */
export function aimed(aim: Aim<"agent" | "key" | "user" | "everything">, reason: string) {
  const { kind, target } = aim;
  return kind === "everything" ? { kind, target: null, reason } : { kind, target, reason };
}
