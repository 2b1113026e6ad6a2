/** Hands a text, or bytes, to the person as a file. */
export function download(name: string, content: BlobPart, type = "text/plain") {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
