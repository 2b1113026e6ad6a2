/** What every editor of code here can do, and how it looks. */
import {
  autocompletion,
  type CompletionSource,
  closeBrackets,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import {
  bracketMatching,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { TFunction } from "i18next";
import { nonce } from "../../../app/nonce";

export function basics(): Extension {
  return [
    EditorView.cspNonce.of(nonce()),
    lineNumbers(),
    history(),
    drawSelection(),
    bracketMatching(),
    closeBrackets(),
    EditorView.lineWrapping,
    highlightActiveLine(),
    highlightSelectionMatches(),
    EditorState.tabSize.of(2),
    // Tab goes on to the next field: who has no mouse must come out again.
    keymap.of([
      ...defaultKeymap,
      ...historyKeymap,
      ...searchKeymap,
      ...foldKeymap,
      ...lintKeymap,
      ...completionKeymap,
    ]),
    look,
    syntaxHighlighting(colours),
  ];
}

export function completion(source: CompletionSource): Extension {
  return autocompletion({ override: [source], icons: false });
}

export const folding: Extension = [foldGutter(), lintGutter()];

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--mantine-color-text)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)", lineHeight: "1.5", overflow: "auto" },
  ".cm-content": { caretColor: "var(--mantine-color-text)" },
  ".cm-cursor": { borderLeftColor: "var(--mantine-color-text)" },
  ".cm-gutters": {
    backgroundColor: "light-dark(var(--mantine-color-white), var(--mantine-color-dark-6))",
    color: "var(--mantine-color-dimmed)",
    borderRight: "1px solid var(--line)",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "light-dark(#0000000a, #ffffff0d)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "light-dark(#a5d8ff, #1c4f7c) !important",
  },
  ".cm-selectionMatch": { backgroundColor: "light-dark(#d0ebff, #17405f)" },
  ".cm-matchingBracket": { backgroundColor: "light-dark(#d3f9d8, #2b5f35) !important" },
  ".cm-tooltip, .cm-panels": {
    color: "var(--mantine-color-text)",
    backgroundColor: "var(--mantine-color-body)",
    border: "1px solid var(--line)",
  },
  ".cm-tooltip": { maxWidth: "min(36rem, 90vw)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": {
    color: "#fff",
    backgroundColor: "var(--mantine-primary-color-filled)",
  },
  ".cm-completionInfo": { padding: "6px 10px" },
  ".cm-completionDetail": { fontStyle: "normal", color: "inherit", opacity: "0.8" },
  ".cm-foldPlaceholder": {
    backgroundColor: "transparent",
    color: "inherit",
    border: "1px solid var(--line)",
  },
  ".cm-diagnostic": { whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  ".cm-textfield, .cm-button": {
    backgroundImage: "none",
    backgroundColor: "var(--mantine-color-body)",
    color: "var(--mantine-color-text)",
    border: "1px solid var(--line)",
  },
});

const colours = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: "light-dark(#0b5394, #74c0fc)" },
  { tag: [tags.string, tags.content], color: "light-dark(#2b6a30, #8ce99a)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "light-dark(#a3340b, #ffc078)" },
  { tag: tags.comment, color: "var(--mantine-color-dimmed)", fontStyle: "italic" },
  { tag: [tags.meta, tags.labelName, tags.typeName], color: "light-dark(#7a2f9c, #e599f7)" },
]);

/** The editor's own words, in the reader's language. */
export function phrases(t: TFunction): Extension {
  return EditorState.phrases.of({
    Find: t("submit.editor.find"),
    Replace: t("submit.editor.replaceWith"),
    next: t("submit.editor.next"),
    previous: t("submit.editor.previous"),
    all: t("submit.editor.all"),
    "match case": t("submit.editor.matchCase"),
    regexp: t("submit.editor.regexp"),
    "by word": t("submit.editor.byWord"),
    replace: t("submit.editor.replace"),
    "replace all": t("submit.editor.replaceAll"),
    close: t("common.close"),
    Completions: t("submit.editor.completions"),
    Diagnostics: t("submit.editor.diagnostics"),
    "No diagnostics": t("submit.editor.noDiagnostics"),
    "Fold line": t("submit.editor.fold"),
    "Unfold line": t("submit.editor.unfold"),
    "folded code": t("submit.editor.folded"),
  });
}
