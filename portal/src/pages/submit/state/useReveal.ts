import { EditorView } from "@codemirror/view";
import { type RefObject, useEffect } from "react";
import { spell } from "../model/path";
import { useSubmission } from "./submission";

const patience = 20; // frames until all that a field is in has opened

/** Brings the field of a problem to the reader, or where no field shows it, its place in the YAML. */
export function useReveal(view: RefObject<EditorView | null>) {
  const { revealed } = useSubmission();
  useEffect(() => {
    if (!revealed) return;
    const { path, from } = revealed.problem;
    if (view.current) show(view.current, from);
    let frame = 0;
    const look = (left: number) => {
      const field = path && fieldOf(spell(path), left > 0);
      if (field) {
        field.focus();
        field.scrollIntoView({ block: "center" });
      } else if (path && left > 0) frame = requestAnimationFrame(() => look(left - 1));
      else view.current?.focus();
    };
    look(patience);
    return () => cancelAnimationFrame(frame);
  }, [revealed, view]);
}

function show(view: EditorView, from: number) {
  const anchor = Math.min(from, view.state.doc.length);
  view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
}

/** The field that shows what stands there; if not `exactly` that, the first in it, or the smallest that it is a part of. */
function fieldOf(path: string, exactly: boolean): HTMLElement | null {
  const fields = [...document.querySelectorAll<HTMLElement>("[data-field]")];
  const nameOf = (field: HTMLElement) => field.dataset.field ?? "";
  const isIn = (inner: string, outer: string) =>
    inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);
  const exact = fields.find((field) => nameOf(field) === path);
  if (exact || exactly) return exact ?? null;
  const around = fields.filter((field) => isIn(path, nameOf(field)));
  const smallest = around.sort((a, b) => nameOf(b).length - nameOf(a).length)[0];
  return fields.find((field) => isIn(nameOf(field), path)) ?? smallest ?? null;
}
