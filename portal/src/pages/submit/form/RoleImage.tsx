import { memo, useCallback, useRef } from "react";
import { ImageBlock, type ImageChoice } from "../image/ImageBlock";
import { imageOf, imagePath, withImage } from "../model/images";
import { mappingAt, same } from "../model/path";
import { useSubmission } from "../state/submission";

/** Not drawn again at each key that is pressed elsewhere: the catalogue in it is long. */
const Block = memo(ImageBlock);

/** The image of a role, as its prerequisite says. */
export function RoleImage({ role }: { role: string }) {
  const { value, vault, editDraft, errorAt } = useSubmission();
  const choice = useStable(imageOf(value, vault, role));
  const change = useCallback(
    (next: ImageChoice) => editDraft((draft) => withImage(draft, role, next)),
    [editDraft, role],
  );
  const { dockerImage, resourcePerInstance } = mappingAt(value, ["taskRoles", role]);
  const prerequisite = imagePath(value, dockerImage);
  const error =
    errorAt(["taskRoles", role, "dockerImage"]) ?? (prerequisite ? errorAt(prerequisite, true) : undefined);
  const gpu = Number(mappingAt({ resourcePerInstance }, ["resourcePerInstance"]).gpu) > 0;
  return <Block value={choice} onChange={change} gpu={gpu} {...(error === undefined ? {} : { error })} />;
}

/** The same object as long as it says the same. */
function useStable<Value>(value: Value): Value {
  const kept = useRef(value);
  if (!same(kept.current, value)) kept.current = value;
  return kept.current;
}
