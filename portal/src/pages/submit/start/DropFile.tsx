import { type DragEvent, type ReactNode, useState } from "react";
import { useSubmission } from "../state/submission";
import classes from "./DropFile.module.css";
import { asYaml } from "./files";

/** Where a job file can be dropped; the button Import does the same. */
export function DropFile({ children }: { children: ReactNode }) {
  const { setText } = useSubmission();
  const [over, setOver] = useState(false);
  const drag = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(event.type === "dragover");
  };
  const drop = async (event: DragEvent) => {
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    event.stopPropagation(); // the editor would put it in where it was dropped
    setOver(false);
    setText(asYaml(await file.text()));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: without a mouse, there is the button
    <div
      onDragOver={drag}
      onDragLeave={drag}
      onDropCapture={drop}
      className={classes.place}
      data-over={over || undefined}
    >
      {children}
    </div>
  );
}
