import { refusal } from "./session.ts";
import { SignIn } from "./sign_in.tsx";

/** The page of whoever is not signed in. Where one wanted to go stays in the address bar. */
export function Entrance() {
  document.title = "Sign in · Cloister";
  return (
    <main class="alone">
      <h1 tabIndex={-1}>Cloister</h1>
      <p class="lead">Write, run and watch your own agents, safely.</p>
      {refusal.value && (
        <div class="problem" role="alert">
          <p>{refusal.value}</p>
        </div>
      )}
      <SignIn />
      <p class="quiet">
        <a href="/reference.html" target="_self">API reference</a>
      </p>
    </main>
  );
}
