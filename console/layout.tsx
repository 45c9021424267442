import type { ComponentChildren } from "preact";
import { useLocation } from "preact-iso";
import { useEffect, useState } from "preact/hooks";
import { GROUPS, ROUTES } from "./routes.ts";
import { leave } from "./session/leave.ts";
import { can } from "./session/permissions.ts";
import { account } from "./session/session.ts";

/** What stands around every page: skip link, navigation, who is signed in. */
export function Layout({ children }: { children: ComponentChildren }) {
  const { path } = useLocation();
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main" target="_self">Skip to the content</a>
      <header class="top">
        <a class="brand" href="/">
          <Mark />Cloister
        </a>
        <button
          type="button"
          class="menu"
          aria-expanded={open}
          aria-controls="navigation"
          onClick={() => setOpen(!open)}
        >
          Menu
        </button>
        <a class="reference" href="/reference.html" target="_self">API reference</a>
        <span class="who" title={account.value?.id ?? ""}>{account.value?.email}</span>
        <button type="button" class="outline" onClick={() => void leave()}>Sign out</button>
      </header>
      <nav id="navigation" aria-label="Pages" class={open ? "open" : ""}>
        <Links path={path} />
      </nav>
      <main id="main" tabIndex={-1}>{children}</main>
    </div>
  );
}

/** Only what the account's role may open. */
function Links({ path }: { path: string }) {
  return GROUPS.map((group) => {
    const own = ROUTES.filter((route) => route.group === group && route.nav && can(route.needs));
    if (own.length === 0) return null;
    return (
      <section key={group}>
        <p id={`nav-${group}`}>{group}</p>
        <ul aria-labelledby={`nav-${group}`}>
          {own.map((route) => (
            <li key={route.path}>
              <a href={route.path} {...isAt(path, route.path) && { "aria-current": "page" }}>
                {route.nav}
              </a>
            </li>
          ))}
        </ul>
      </section>
    );
  });
}

function isAt(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true">
      <path d="M4 28V15a12 12 0 0 1 24 0v13h-6V15a6 6 0 0 0-12 0v13z" fill="currentColor" />
      <circle cx="16" cy="24" r="3" class="light" />
    </svg>
  );
}
