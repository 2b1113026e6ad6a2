import { yaml } from "@codemirror/lang-yaml";
import { foldGutter, syntaxHighlighting } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { nonce } from "../../../app/nonce";
import classes from "./YamlView.module.css";

/** YAML to be read: coloured, folded, searched, and as quick where it is long. */
export function YamlView({ text, label }: { text: string; label: string }) {
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (frame.current === null) return;
    const view = new EditorView({
      parent: frame.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          EditorView.cspNonce.of(nonce()),
          EditorState.readOnly.of(true),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          lineNumbers(),
          foldGutter(),
          search({ top: true }),
          highlightSelectionMatches(),
          keymap.of(searchKeymap),
          yaml(),
          syntaxHighlighting(classHighlighter),
        ],
      }),
    });
    return () => view.destroy();
  }, [text, label]);
  return <div ref={frame} className={classes.frame} />;
}
