/** Which project the console speaks to, as `config.json` beside `index.html` says. */
export interface Config {
  /** The project's address without a slash at the end. */
  url: string;
  publishableKey: string;
}

/** Reads `config.json`. Without a `url` in it, the project is where the console itself lies. */
export async function loadConfig(): Promise<Config> {
  const response = await fetch("/config.json");
  if (!response.ok) throw new Error(`config.json answers ${response.status}.`);
  const said: unknown = await response.json();
  const url = text(said, "url") ?? location.origin;
  const publishableKey = text(said, "publishable_key");
  if (publishableKey === undefined) throw new Error("config.json lacks a publishable_key.");
  return { url: url.replace(/\/+$/, ""), publishableKey };
}

function text(value: unknown, key: string): string | undefined {
  const found: unknown = typeof value === "object" && value !== null
    ? Reflect.get(value, key)
    : undefined;
  return typeof found === "string" && found !== "" ? found : undefined;
}
