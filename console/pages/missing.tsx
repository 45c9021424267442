import { Page } from "../ui/page.tsx";

/** What an address shows that no page has. */
export function Missing() {
  return (
    <Page title="There is no such page">
      <p>The address may be mistyped, or the page was moved.</p>
      <p>
        <a href="/">To your agents</a>
      </p>
    </Page>
  );
}
