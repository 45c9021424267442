import { Dialog } from "../ui/dialog.tsx";
import { leave } from "./leave.ts";
import { account } from "./session.ts";
import { SignIn } from "./sign_in.tsx";

/** Over the page when the session ended: what was typed stays behind it, and is there afterwards. */
export function Reentry() {
  return (
    <Dialog title="Your session has ended">
      <p>Sign in again to go on. What you typed is still here.</p>
      <SignIn email={account.value?.email ?? ""} again />
      <p>
        <button type="button" class="link" onClick={() => void leave()}>
          Leave what you typed, and sign in as somebody else
        </button>
      </p>
    </Dialog>
  );
}
