import { defineConfig, type Plugin } from "vite";

const HERE = import.meta.dirname ?? ".";

/** The SDK lies beside the console and has no packages of its own: it gets the console's. */
function packagesOfConsole(): Plugin {
  return {
    name: "packages-of-console",
    resolveId(source, importer) {
      if (importer === undefined || importer.startsWith(HERE) || /^[./\0]/.test(source)) return;
      return this.resolve(source, `${HERE}/main.tsx`, { skipSelf: true });
    },
  };
}

/** How the console is built. Everything that runs in the browser is a file: the CSP wants it so. */
export default defineConfig({
  root: HERE,
  plugins: [packagesOfConsole()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    rolldownOptions: {
      input: [`${HERE}/index.html`, `${HERE}/reference.html`],
      checks: { pluginTimings: false },
    },
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 10_000,
  },
  worker: { format: "es", rolldownOptions: { checks: { pluginTimings: false } } },
});
