import { Code } from "@mantine/core";
import { createElement, Fragment } from "react";

/** The server's text, with what stands in it between `backticks` shown as code. */
export function Words({ text }: { text: string }) {
  const parts = text.split(/`([^`]+)`/);
  // As children one by one they need no keys.
  return createElement(
    Fragment,
    null,
    ...parts.map((part, place) => (place % 2 === 1 ? createElement(Code, { dir: "ltr" }, part) : part)),
  );
}
