import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/app.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { nonce } from "./app/nonce";
import { preferredLanguage, startLanguage } from "./i18n";

declare global {
  var __webpack_nonce__: string | undefined;
}

// Where libraries that add styles of their own look for the number that the browser wants to see on them.
globalThis.__webpack_nonce__ = nonce();

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no #root");
await startLanguage(preferredLanguage());
createRoot(root).render(<App />);
