import type { CatalogueImage } from "../api/images";

/** The lines of the catalogue, in the order in which they are offered. */
export const lines = ["own", "current", "document"] as const;

/** What is in an image: "PyTorch 1.13.1, torchvision 0.14.1". */
export function contents(image: CatalogueImage): string {
  return image.components.map((part) => `${part.name} ${part.version}`).join(", ");
}

/** What an image can be searched by, in the words of the trade. */
export function describe(image: CatalogueImage): string {
  const { python, cuda, minDriver } = image;
  const kind = cuda ? `gpu cuda ${cuda}` : "cpu";
  return `${contents(image)} python ${python ?? ""} ${kind} ${minDriver ?? ""} ${image.image}`;
}

/** Whether an image is meant by every word that was typed, in any order: "torch cuda 12". A number is the beginning of one. */
export function isMeant(described: string, typed: string): boolean {
  const text = described.toLowerCase();
  const parts = text.split(/[\s,:_/-]+/);
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => (/^\d/.test(word) ? parts.some((part) => part.startsWith(word)) : text.includes(word)));
}
