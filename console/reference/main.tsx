/** The reference of the interface, for anybody: drawn from the document that the project serves. */
import "../style/main.css";
import "./reference.css";
import { render } from "preact";
import { loadConfig } from "../config.ts";
import { trustOwnFiles } from "../trust.ts";
import { Broken } from "../ui/broken.tsx";
import { loadReference } from "./document.ts";
import { ReferencePage } from "./page.tsx";

trustOwnFiles();
const root = document.getElementById("app") ?? document.body;
try {
  const { url } = await loadConfig();
  render(<ReferencePage reference={await loadReference(url)} project={url} />, root);
} catch (error) {
  render(<Broken error={error} />, root);
}
