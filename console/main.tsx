/** The first thing that runs: finds the project, restores the session, then draws. */
import "./style/main.css";
import { render } from "preact";
import { openApi } from "./api.ts";
import { App } from "./app.tsx";
import { loadConfig } from "./config.ts";
import { openSession } from "./session/session.ts";
import { trustOwnFiles } from "./trust.ts";
import { Broken } from "./ui/broken.tsx";

trustOwnFiles();
const root = document.getElementById("app") ?? document.body;
try {
  const config = await loadConfig();
  openApi(config, openSession(config));
  render(<App />, root);
} catch (error) {
  render(<Broken error={error} />, root);
}
