import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compress } from "./plugins/compress.ts";

// `npm run dev` shows the sources as they are, over the server that PAI_URL names.
const server = process.env.PAI_URL ?? "http://127.0.0.1:9186";

export default defineConfig({
  plugins: [react(), compress()],
  build: {
    outDir: process.env.PORTAL_OUT ?? "../openpai/server/portal_files",
    emptyOutDir: true,
    target: ["chrome123", "firefox120", "safari17.5"], // what knows light-dark()
    assetsInlineLimit: 0, // the page may load files of ours and nothing else, data: among it
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700, // kB before compression; the editor of code is one piece
  },
  server: { fs: { allow: [".."] }, proxy: { "/api": server, "/healthz": server } },
  test: {
    environment: "jsdom",
    include: ["tests/**/*.test.{ts,tsx}", "src/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
  },
});
