import { EditorView } from "@codemirror/view";
import { type RefObject, useEffect } from "react";
import { spell } from "../model/path";
import { useSubmission } from "./submission";

/** Brings the field of a problem to the reader, or where no field shows it, its place in the YAML. */
export function useReveal(view: RefObject<EditorView | null>) {
  const { revealed } = useSubmission();
  useEffect(() => {
    if (!revealed) return;
    const { path, from } = revealed.problem;
    // What it is in opens first.
    const frame = requestAnimationFrame(() => {
      const field = path ? fieldOf(spell(path)) : null;
      view.current?.dispatch({
        selection: { anchor: Math.min(from, view.current.state.doc.length) },
        effects: EditorView.scrollIntoView(Math.min(from, view.current.state.doc.length), { y: "center" }),
      });
      if (field) {
        field.focus();
        field.scrollIntoView({ block: "center" });
      } else view.current?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [revealed, view]);
}

/** The field that shows what stands there, or the part of it that is wrong. */
function fieldOf(path: string): HTMLElement | null {
  const fields = [...document.querySelectorAll<HTMLElement>("[data-field]")].filter((field) => {
    const own = field.dataset.field ?? "";
    return path === own || path.startsWith(`${own}.`) || path.startsWith(`${own}[`);
  });
  return fields.sort((a, b) => (b.dataset.field ?? "").length - (a.dataset.field ?? "").length)[0] ?? null;
}
