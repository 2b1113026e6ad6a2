import type { CatalogueImage } from "../../../api/images";
import { sameImage } from "../../../components/reference";

export function findImage(catalogue: CatalogueImage[], uri: string): CatalogueImage | undefined {
  return catalogue.find((image) => sameImage(image.image, uri));
}

/** What suits best first: what runs here, has CUDA where there are GPUs to use, and is on the machine already. */
export function bestFirst(catalogue: CatalogueImage[], gpu: boolean): CatalogueImage[] {
  const worth = (image: CatalogueImage) =>
    (image.runs ? 4 : 0) + (image.kind === (gpu ? "gpu" : "cpu") ? 2 : 0) + (image.onThisMachine ? 1 : 0);
  return [...catalogue].sort((one, other) => worth(other) - worth(one));
}
