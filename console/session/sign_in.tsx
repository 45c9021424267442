import type { Provider } from "@supabase/supabase-js";
import { useState } from "preact/hooks";
import { Form, TextField } from "../ui/form.tsx";
import { useAction, useLoad } from "../ui/load.ts";
import { ProblemView } from "../ui/problem.tsx";
import { Code } from "./code.tsx";
import { supabaseClient } from "./session.ts";
import { loadWays, type Ways } from "./settings.ts";

type Way = "password" | "new" | "mail";

/** Every way into the project. `again` is for somebody whose session ended: no signing up. */
export function SignIn({ email: known = "", again = false }: { email?: string; again?: boolean }) {
  const ways = useLoad(loadWays);
  const [way, setWay] = useState<Way>("password");
  const [email, setEmail] = useState(known);
  return (
    <div class="sign-in">
      <ProblemView error={ways.error} retry={ways.reload} />
      {ways.data?.email !== false && (
        <>
          <Choice way={way} setWay={setWay} signUp={!again && (ways.data?.signUp ?? false)} />
          {way === "mail"
            ? <Mail email={email} setEmail={setEmail} again={again} />
            : <Password email={email} setEmail={setEmail} isNew={way === "new"} />}
        </>
      )}
      {ways.data && <Providers ways={ways.data} again={again} />}
    </div>
  );
}

function Choice({ way, setWay, signUp }: {
  way: Way;
  setWay(way: Way): void;
  signUp: boolean;
}) {
  const ways: readonly (readonly [Way, string])[] = [
    ["password", "Password"],
    ["mail", "E-mail link"],
    ...signUp ? [["new", "New account"] as const] : [],
  ];
  return (
    <fieldset class="choice">
      <legend class="hidden">How to sign in</legend>
      {ways.map(([value, name]) => (
        <label key={value}>
          <input
            type="radio"
            name="way"
            checked={way === value}
            onInput={() => setWay(value)}
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}

interface EmailProps {
  email: string;
  setEmail(email: string): void;
}

function EmailField({ email, setEmail }: EmailProps) {
  return (
    <TextField
      label="E-mail"
      type="email"
      autoComplete="username"
      required
      value={email}
      onInput={setEmail}
    />
  );
}

function Password({ email, setEmail, isNew }: EmailProps & { isNew: boolean }) {
  const [password, setPassword] = useState("");
  const [confirmation, setConfirmation] = useState(false);
  const action = useAction(async () => {
    const { auth } = supabaseClient();
    const { data, error } = isNew
      ? await auth.signUp({ email, password, options: { emailRedirectTo: location.origin } })
      : await auth.signInWithPassword({ email, password });
    if (error) throw error;
    if (data.session === null) setConfirmation(true);
  });
  if (confirmation) return <Code email={email} type="email" />;
  return (
    <Form action={action} submit={isNew ? "Sign up" : "Sign in"}>
      <EmailField email={email} setEmail={setEmail} />
      <TextField
        label="Password"
        type="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        required
        value={password}
        onInput={setPassword}
      />
    </Form>
  );
}

function Mail({ email, setEmail, again }: EmailProps & { again: boolean }) {
  const [sent, setSent] = useState(false);
  const action = useAction(async () => {
    const { error } = await supabaseClient().auth.signInWithOtp({
      email,
      options: { emailRedirectTo: location.origin, shouldCreateUser: !again },
    });
    if (error) throw error;
    setSent(true);
  });
  if (sent) return <Code email={email} type="email" />;
  return (
    <Form action={action} submit="Send me a link">
      <EmailField email={email} setEmail={setEmail} />
    </Form>
  );
}

/** `again` leaves the page where it is, with what was typed: the provider gets a window of its own. */
function Providers({ ways: { providers }, again }: { ways: Ways; again: boolean }) {
  const action = useAction(async (provider: string) => {
    if (!isProvider(provider)) return;
    const { data, error } = await supabaseClient().auth.signInWithOAuth({
      provider,
      options: { redirectTo: location.origin, skipBrowserRedirect: again },
    });
    if (error) throw error;
    if (again && data.url !== null) openBeside(data.url);
  });
  if (providers.length === 0) return null;
  return (
    <div class="providers">
      {again && <p>Another window opens. Come back to this one when you are signed in there.</p>}
      {providers.map((provider) => (
        <button
          type="button"
          class="outline"
          onClick={() => void action.run(provider)}
        >
          Continue with {nameOf(provider)}
        </button>
      ))}
      <ProblemView error={action.error} />
    </div>
  );
}

/** The session that comes about there comes here as from any other tab. */
function openBeside(url: string): void {
  if (globalThis.open(url, "_blank", "popup,width=640,height=800") === null) {
    throw new Error("The browser let no window open. Allow it for this address, and try again.");
  }
}

/** supabase-js lists the providers that it knew when it was published; projects may have more. */
function isProvider(name: string): name is Provider {
  return /^[a-z0-9_:-]+$/.test(name);
}

function nameOf(provider: string): string {
  const name = provider.replace(/_oidc$/, "");
  return name.charAt(0).toUpperCase() + name.slice(1);
}
