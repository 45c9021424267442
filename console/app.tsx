import { type FunctionComponent } from "preact";
import { ErrorBoundary, LocationProvider, Route, Router } from "preact-iso";
import { useEffect } from "preact/hooks";
import { Layout } from "./layout.tsx";
import { Home } from "./pages/home.tsx";
import { Missing } from "./pages/missing.tsx";
import { type Route as PageRoute, ROUTES } from "./routes.ts";
import { can, loadPermissions, type Permission, permissions } from "./session/permissions.ts";
import { account, presence } from "./session/session.ts";
import { Entrance } from "./session/entrance.tsx";
import { Reentry } from "./session/reentry.tsx";
import { lazyPart } from "./ui/lazy.tsx";
import { useLoad } from "./ui/load.ts";
import { ProblemView } from "./ui/problem.tsx";
import { Loading } from "./ui/states.tsx";
import { Toasts } from "./ui/toast.tsx";

const PAGES = ROUTES.map((route) => ({ path: route.path, component: pageOf(route) }));

/** The whole console: the way in, or the pages. A different account gets everything drawn anew. */
export function App() {
  const { state } = presence.value;
  return (
    <LocationProvider>
      {state === "loading" && (
        <main class="alone">
          <Loading />
        </main>
      )}
      {state === "out" && <Entrance />}
      {account.value !== null && <Pages key={account.value.id} />}
      {state === "expired" && <Reentry />}
      <Toasts />
    </LocationProvider>
  );
}

function Pages() {
  const known = useLoad(loadPermissions);
  useEffect(() => () => void (permissions.value = undefined), []);
  if (permissions.value === undefined) {
    return (
      <main class="alone">
        {known.error === undefined
          ? <Loading />
          : <ProblemView error={known.error} retry={known.reload} />}
      </main>
    );
  }
  return (
    <Layout>
      <ErrorBoundary>
        <Router>
          <Route path="/" component={Home} />
          {PAGES.map(({ path, component }) => (
            <Route
              key={path}
              path={path}
              component={component}
            />
          ))}
          <Route default component={Missing} />
        </Router>
      </ErrorBoundary>
    </Layout>
  );
}

/** The page of a route, or what somebody sees there who may not. */
function pageOf({ load, needs }: PageRoute): FunctionComponent {
  const Page = lazyPart(load);
  return function Guarded() {
    return can(needs) ? <Page /> : <NotYours needs={needs} />;
  };
}

function NotYours({ needs }: { needs: Permission | undefined }) {
  return (
    <div class="empty">
      <h1>Not for your role</h1>
      <p>
        This page needs the permission{" "}
        <code>{needs}</code>, which your role does not have. Who operates this project can give it
        to you.
      </p>
      <p>
        <a href="/">To your agents</a>
      </p>
    </div>
  );
}
