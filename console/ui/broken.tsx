/** What is shown when the console cannot start at all. */
export function Broken({ error }: { error: unknown }) {
  return (
    <main class="alone">
      <h1>The console cannot start</h1>
      <p role="alert">{error instanceof Error ? error.message : "Something failed."}</p>
      <p>
        <button type="button" onClick={() => location.reload()}>Try again</button>
      </p>
    </main>
  );
}
