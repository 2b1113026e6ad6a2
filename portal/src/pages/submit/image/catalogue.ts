import type { CatalogueImage } from "../../../api/images";
import { sameImage } from "../../../components/reference";

export function findImage(catalogue: CatalogueImage[], uri: string): CatalogueImage | undefined {
  return catalogue.find((image) => sameImage(image.image, uri));
}

/** What a new job begins with: what is there at once, and has CUDA where there are GPUs to use. */
export function firstChoice(catalogue: CatalogueImage[], gpu: boolean): CatalogueImage | undefined {
  const worth = (image: CatalogueImage) =>
    (image.runs ? 4 : 0) + (image.kind === (gpu ? "gpu" : "cpu") ? 2 : 0) + (image.onThisMachine ? 1 : 0);
  return catalogue.reduce<CatalogueImage | undefined>(
    (best, image) => (best === undefined || worth(image) > worth(best) ? image : best),
    undefined,
  );
}
