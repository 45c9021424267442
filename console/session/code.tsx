import { useState } from "preact/hooks";
import { Form, TextField } from "../ui/form.tsx";
import { useAction } from "../ui/load.ts";
import { supabaseClient } from "./session.ts";

/** After an e-mail went out: its link signs in this browser, its code signs in here. */
export function Code({ email, type }: { email: string; type: "email" }) {
  const [token, setToken] = useState("");
  const action = useAction(async () => {
    const { error } = await supabaseClient().auth.verifyOtp({ email, token: token.trim(), type });
    if (error) throw error;
  });
  return (
    <>
      <p role="status">
        An e-mail is on its way to{" "}
        <strong>{email}</strong>. Follow its link in this browser, or type its code.
      </p>
      <Form action={action} submit="Sign in with the code">
        <TextField
          label="Code"
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          value={token}
          onInput={setToken}
        />
      </Form>
    </>
  );
}
