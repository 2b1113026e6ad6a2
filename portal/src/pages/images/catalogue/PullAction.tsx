import { Anchor, Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { CatalogueImage } from "../../../api/images";
import { useSession } from "../../../app/session";
import { showFailure } from "../../../components/Failure";
import { sameImage } from "../../../components/reference";
import { percentOf } from "../pulls/progress";
import { usePull } from "../pulls/usePulls";
import { isUnderWay, pulls } from "../queries";

/** Tells that an image is on its way; an administrator has it pulled. */
export function PullAction({ image }: { image: CatalogueImage }) {
  const { t } = useTranslation();
  const { admin } = useSession();
  const pull = usePull();
  const under = useQuery(pulls()).data?.find(
    (each) => isUnderWay(each) && sameImage(each.image, image.image),
  );
  if (under !== undefined) {
    const percent = percentOf(under);
    return (
      <Anchor component={Link} to="/images/pulls" size="sm">
        {percent === null ? t("images.pull.pulling") : t("images.pull.percent", { percent })}
      </Anchor>
    );
  }
  if (!admin || image.onThisMachine || image.recipe !== null) return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<Download size={14} aria-hidden />}
      loading={pull.isPending}
      aria-label={t("images.pull.one", { image: image.image })}
      onClick={() => pull.mutate(image.image, { onError: showFailure })}
    >
      {t("images.pull.now")}
    </Button>
  );
}
