import type { CompletionSource } from "@codemirror/autocomplete";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, type Extension, Transaction } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "./CodeEditor.module.css";
import { basics, completion, phrases } from "./setup";

interface Props {
  text: string;
  onChange: (text: string) => void;
  label: string;
  /** Its language and the like; of the first drawing. */
  extensions?: Extension;
  complete: CompletionSource;
  diagnostics?: Diagnostic[];
  readOnly?: boolean;
  /** The field of the job file that it shows. */
  field?: string;
  /** Its least and its greatest height; without, it fills its place. */
  lines?: [least: number, most: number];
  view?: RefObject<EditorView | null>;
}

/** An editor of code. `text` may change from outside: only what differs is changed in it, so that the cursor and what can be undone stay. */
export function CodeEditor(props: Props) {
  const { text, label, diagnostics, readOnly = false, field, lines, view: given } = props;
  const { t } = useTranslation();
  const place = useRef<HTMLDivElement>(null);
  const own = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const changeable = useRef(new Compartment());

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once; the effects below bring it up to date
  useEffect(() => {
    if (!place.current) return;
    const made = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          basics(),
          props.extensions ?? [],
          completion((context) => latest.current.complete(context)),
          changeable.current.of([]),
          EditorView.updateListener.of((update) => {
            const typed = update.transactions.some((each) => each.annotation(Transaction.remote) !== true);
            if (update.docChanged && typed) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    own.current = made;
    if (given) given.current = made;
    return () => {
      made.destroy();
      if (given) given.current = null;
    };
  }, []);

  useEffect(() => {
    const attributes = { "aria-label": label, tabindex: "0", ...(field ? { "data-field": field } : {}) };
    own.current?.dispatch({
      effects: changeable.current.reconfigure([
        EditorView.contentAttributes.of(attributes),
        EditorState.readOnly.of(readOnly),
        phrases(t),
      ]),
    });
  }, [label, field, readOnly, t]);

  useEffect(() => {
    const { current: view } = own;
    const change = view && difference(view.state.doc.toString(), text);
    if (!change) return;
    view.dispatch({ changes: change, annotations: Transaction.remote.of(true), userEvent: "input.type" });
    bringInside(view, change.from);
  }, [text]);

  useEffect(() => {
    const { current: view } = own;
    if (view && diagnostics)
      view.dispatch(setDiagnostics(view.state, within(diagnostics, view.state.doc.length)));
  }, [diagnostics]);

  const height = lines ? { minHeight: `${lines[0] * 1.5}em`, maxHeight: `${lines[1] * 1.5}em` } : {};
  return (
    <div ref={place} className={classes.editor} data-filling={lines ? undefined : true} style={height} />
  );
}

/** The one stretch in which two texts differ; null where they do not. */
export function difference(
  before: string,
  after: string,
): { from: number; to: number; insert: string } | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return { from: head, to: before.length - tail, insert: after.slice(head, after.length - tail) };
}

/** Scrolls the editor alone, not the page, to where something changed. */
function bringInside(view: EditorView, position: number) {
  const { scrollDOM } = view;
  const { top, bottom } = view.lineBlockAt(Math.min(position, view.state.doc.length));
  if (top >= scrollDOM.scrollTop && bottom <= scrollDOM.scrollTop + scrollDOM.clientHeight) return;
  scrollDOM.scrollTop = Math.max(0, top - scrollDOM.clientHeight / 3);
}

function within(diagnostics: Diagnostic[], length: number): Diagnostic[] {
  return diagnostics.map((each) => ({
    ...each,
    from: Math.min(each.from, length),
    to: Math.min(Math.max(each.to, each.from), length),
  }));
}
